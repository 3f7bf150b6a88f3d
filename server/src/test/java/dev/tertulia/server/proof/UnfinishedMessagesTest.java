package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two thousand sockets each send a megabyte of a message that never ends, to a server in a process
/// with 256 MiB: no other client is disturbed.
@Tag("system")
final class UnfinishedMessagesTest {
  private static final int CROWD = 2_000;
  private static final int LONGEST = 256 << 10;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;

  @Test
  void endlessMessagesDoNotAffectOtherClients() throws Exception {
    try (ServerUnderTest server =
            ServerUnderTest.start(
                folder,
                Map.of(
                    "TERTULIA_LIMITS_CONNECTIONS", "3000",
                    "TERTULIA_PRESENCE_ANNOUNCE_DEPARTURES_UP_TO", "0"),
                List.of());
        TestClient bystander = TestClient.connect(server.port(), "bystander")) {
      List<Socket> crowd = new ArrayList<>();
      Semaphore atOnce = new Semaphore(200);
      CountDownLatch sent = new CountDownLatch(CROWD);
      for (int i = 0; i < CROWD; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        crowd.add(socket);
        int number = i;
        Thread.startVirtualThread(() -> {
          atOnce.acquireUninterruptibly();
          try {
            sendWithoutEnd(socket, server.port(), number);
          } catch (IOException letGo) {
            // It was too much.
          } finally {
            atOnce.release();
            sent.countDown();
          }
        });
        if (i % 20 == 0) {
          noticesNothing(server, bystander, i);
        }
      }
      while (sent.getCount() > 0) {
        noticesNothing(server, bystander, CROWD + (int) sent.getCount());
      }
      noticesNothing(server, bystander, 0);
      for (Socket socket : crowd) {
        socket.close();
      }
      noticesNothing(server, bystander, 1);
      assertThat(server.lines()).noneMatch(line -> line.contains(" ERROR "));
    }
  }

  /// A message in one frame, in fragments, in a frame that says it is compressed, or a body.
  private static void sendWithoutEnd(Socket socket, int port, int number) throws IOException {
    OutputStream out = socket.getOutputStream();
    byte[] piece = new byte[16 << 10];
    if (number % 4 == 3) {
      out.write(
          """
          POST /api/v1/broadcasts HTTP/1.1\r
          Host: localhost:%s\r
          Content-Type: text/plain\r
          Content-Length: 500000\r
          \r
          """
              .formatted(port)
              .getBytes(StandardCharsets.UTF_8));
      send(out, piece, 499_999);
      return;
    }
    out.write(
        RawSocket.handshake(
                "crowd" + number, port, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
            .getBytes(StandardCharsets.UTF_8));
    if (number % 4 == 1) {
      byte[] fragment = RawSocket.frame(0x01, piece);
      byte[] more = RawSocket.frame(0x00, piece);
      out.write(fragment);
      for (int i = 1; i < LONGEST / piece.length; i++) {
        out.write(more);
      }
      return;
    }
    byte[] head = {(byte) (number % 4 == 0 ? 0x81 : 0xc1), (byte) 0xff, 0, 0, 0, 0, 0, 4, 0, 0};
    out.write(head);
    send(out, piece, LONGEST);
  }

  private static void send(OutputStream out, byte[] piece, int bytes) throws IOException {
    for (int left = bytes; left > 0; left -= piece.length) {
      out.write(piece, 0, Math.min(left, piece.length));
    }
  }

  /// Says a word and hears it, over WebSocket and over HTTP, and the server says that it is well.
  private static void noticesNothing(ServerUnderTest server, TestClient bystander, int number)
      throws IOException, InterruptedException {
    bystander.chat("Bystander", "word-" + number);
    bystander.next(text -> text.contains("word-" + number + "\""));
    if (number % 100 == 0) {
      HttpRequest post =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:%s/api/v1/clients/bystander/notifications"
                          .formatted(server.port())))
              .header("Content-Type", "text/plain")
              .POST(HttpRequest.BodyPublishers.ofString("note-" + number))
              .build();
      assertThat(HTTP.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(201);
      bystander.next(text -> text.contains("note-" + number));
      assertThat(server.health()).startsWith("200");
    }
  }
}
