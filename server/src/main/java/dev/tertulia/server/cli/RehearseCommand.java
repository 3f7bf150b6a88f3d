package dev.tertulia.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `tertulia rehearse`: starts a server, requests its first page, runs a chat of a small crowd
/// against it and stops; then the same start again, on the folder that is there now, while its page
/// is already requested. The launcher records this run in an AOT cache, so that the JVM knows which
/// classes a start needs and which methods are hot.
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Runnable {
  private static final int CROWD = 100;

  /// How many clients connect and disconnect, so that the code path of a connection storm is known
  /// to be hot.
  private static final int ARRIVALS = 1_000;

  private static final int BURSTS = 2_000;
  private static final int BURST = 10;
  private static final long PAUSE_NANOS = 500_000;

  private static final String CONFIGURATION =
      """
      limits:
        messages_per_second: 0
        bytes_per_second: 0
        requests_per_second: 0
      drain:
        grace: 0ms
        period: 0ms
      """;

  private static final String CHAT = "{\"type\":\"chat\",\"sender\":\"Ana\",\"message\":\"hola\"}";
  private static final char TEXT = 0x81;
  private static final char CLOSE = 0x88;

  private final Servers servers;

  RehearseCommand(Servers servers) {
    this.servers = servers;
  }

  @Override
  public void run() {
    Path folder = temporaryFolder();
    RunningServer server = start(folder, 0);
    int port = server.port();
    try {
      for (String path : List.of("/", "/static/js/app.js", "/health/ready")) {
        ask(
            server.port(),
            "GET " + path + " HTTP/1.1\r\n" + host(server.port()) + "Connection: close\r\n\r\n");
      }
      chat(server.port());
      for (int i = 0; i < ARRIVALS; i++) {
        ask(server.port(), handshake(CROWD + i, server.port()) + frame(CLOSE, ""));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the rehearsal failed", e);
    }
    server.stop();
    Thread visitor = Thread.ofPlatform().daemon().start(() -> askUntilServed(port));
    RunningServer again = start(folder, port);
    try {
      visitor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    again.stop();
    delete(folder);
  }

  /// Starts a server as the launcher does, with its data and its configuration in `folder`.
  private RunningServer start(Path folder, int port) {
    Path file = folder.resolve("tertulia.yaml");
    ServeOptions options = new ServeOptions();
    options.add(ServeOption.CONFIG, file.toString());
    options.add(ServeOption.PORT, String.valueOf(port));
    options.add(ServeOption.DATA, folder.resolve("data").toString());
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    try {
      Files.writeString(file, CONFIGURATION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return servers.start(() -> options.settings(environment), options.page());
  }

  /// Requests the page again and again until it comes.
  private static void askUntilServed(int port) {
    String request = "GET / HTTP/1.1\r\n" + host(port) + "Connection: close\r\n\r\n";
    String answer = "";
    while (!answer.startsWith("HTTP/1.1 200")) {
      try {
        answer = ask(port, request);
      } catch (IOException e) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("tertulia-rehearsal");
    } catch (IOException e) {
      throw new IllegalStateException("cannot create a folder for the rehearsal's data", e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot delete the rehearsal's data", e);
    }
  }

  /// All clients of the crowd connect; one of them sends, in bursts with pauses; then all
  /// disconnect.
  private static void chat(int port) throws IOException {
    List<Socket> crowd = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    try {
      for (int i = 0; i < CROWD; i++) {
        Socket socket = open(port);
        crowd.add(socket);
        socket.getOutputStream().write(bytes(handshake(i, port)));
        readers.add(Thread.startVirtualThread(() -> readAll(socket)));
      }
      OutputStream talker = crowd.getFirst().getOutputStream();
      byte[] burst = bytes(frame(TEXT, CHAT).repeat(BURST));
      for (int i = 0; i < BURSTS; i++) {
        talker.write(burst);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      for (Socket socket : crowd) {
        socket.getOutputStream().write(bytes(frame(CLOSE, "")));
      }
      for (Thread reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      for (Socket socket : crowd) {
        socket.close();
      }
    }
  }

  private static String handshake(int number, int port) {
    return """
    GET /ws/rehearsal-%s HTTP/1.1\r
    %sConnection: Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: cmVoZWFyc2luZzEyMzQ1Ng==\r
    \r
    """
        .formatted(number, host(port));
  }

  private static void readAll(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A short frame of a client, masked with zeros.
  private static String frame(char first, String text) {
    return first + String.valueOf((char) (0x80 | text.length())) + "\0\0\0\0" + text;
  }

  private static String ask(int port, String request) throws IOException {
    try (Socket socket = open(port)) {
      socket.getOutputStream().write(bytes(request));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static Socket open(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static String host(int port) {
    return "Host: 127.0.0.1:" + port + "\r\n";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
