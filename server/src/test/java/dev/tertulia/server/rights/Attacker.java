package dev.tertulia.server.rights;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A plain connection that can be used for many requests over HTTP, or for the messages of one
/// WebSocket, and gives all that the server says as text. One thread.
final class Attacker implements AutoCloseable {
  private static final int FIRST_TEXT = 0x81;

  private final Socket socket;
  private final InputStream in;
  private boolean isOver;
  private int fences;

  private Attacker(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  static Attacker connect(int port) {
    try {
      return new Attacker(new Socket(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the server has ended the connection, or won't answer on it any more.
  boolean isOver() {
    return isOver;
  }

  /// A response.
  ///
  /// @param status 0 if the connection ended instead
  record Answer(int status, String text) {
    /// Whether it goes on: a stream of events, or a WebSocket.
    boolean isOpen() {
      return status == 101
          || (status == 200
              && text.toLowerCase(Locale.ROOT).contains("content-type: text/event-stream"));
    }
  }

  /// Sends a request and reads the response; of one that goes on, its head.
  Answer ask(Attempts.Http request, int port) {
    return ask(List.of(request), port).getFirst();
  }

  /// Sends requests at once and reads the responses. There are fewer if the connection ends, but
  /// one at least.
  List<Answer> ask(List<Attempts.Http> requests, int port) {
    StringBuilder all = new StringBuilder();
    requests.forEach(request -> all.append(request.text(port)));
    List<Answer> answers = new ArrayList<>();
    try {
      send(all.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException ended) {
      // What was answered before can be read.
    }
    while (answers.size() < requests.size() && !isOver) {
      answers.add(answer(requests.get(answers.size())));
    }
    return answers;
  }

  private Answer answer(Attempts.Http request) {
    try {
      StringBuilder all = new StringBuilder();
      String line = line();
      int status = line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9, 12)) : 0;
      int length = 0;
      boolean chunked = false;
      while (!line.isEmpty()) {
        all.append(line).append('\n');
        String field = line.toLowerCase(Locale.ROOT);
        if (field.startsWith("content-length:")) {
          length = Integer.parseInt(field.substring(15).strip());
        } else if (field.equals("connection: close")) {
          isOver = true;
        } else if (field.startsWith("transfer-encoding:")) {
          chunked = true;
        }
        line = line();
      }
      Answer head = new Answer(status, all.toString());
      if (status == 0) {
        isOver = true;
      }
      if (head.isOpen() || request.method().equals("HEAD")) {
        return head;
      }
      if (chunked) {
        throw new AssertionError("a response in pieces to " + request);
      }
      all.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
      return new Answer(status, all.toString());
    } catch (SocketException reset) {
      isOver = true;
      return new Answer(0, "");
    } catch (IOException e) {
      throw new UncheckedIOException(request.toString(), e);
    }
  }

  /// Sends texts on a WebSocket, and gives what comes until the answer to a ping that follows them.
  String say(List<String> texts) {
    String fence = "fence-" + fences++;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String text : texts) {
      out.writeBytes(RawSocket.frame(FIRST_TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }
    out.writeBytes(RawSocket.frame(0x89, fence.getBytes(StandardCharsets.US_ASCII)));
    try {
      send(out.toByteArray());
      return frames(fence);
    } catch (SocketException reset) {
      isOver = true;
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Says goodbye on a WebSocket, and gives all that comes until the connection ends.
  String leave() {
    try {
      if (!isOver) {
        send(RawSocket.frame(0x88, new byte[] {3, (byte) 0xe8}));
      }
    } catch (IOException ended) {
      // As it should.
    }
    return untilEnd();
  }

  /// All that comes until the connection ends.
  String untilEnd() {
    String all = RawSocket.untilEnd(in);
    isOver = true;
    return all;
  }

  private String frames(String fence) throws IOException {
    List<String> all = new ArrayList<>();
    while (true) {
      int first = in.read();
      if (first < 0) {
        isOver = true;
        return String.join("\n", all);
      }
      int length = in.read();
      if (length == 126) {
        length = (in.read() << 8) | in.read();
      } else if (length == 127) {
        length = Math.toIntExact(new DataInputStream(in).readLong());
      }
      String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      all.add(text);
      if ((first & 15) == 8) {
        isOver = true;
        return String.join("\n", all);
      }
      if ((first & 15) == 10 && text.equals(fence)) {
        return String.join("\n", all);
      }
    }
  }

  private void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (next != '\r') {
        line.append((char) next);
      }
      next = in.read();
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
