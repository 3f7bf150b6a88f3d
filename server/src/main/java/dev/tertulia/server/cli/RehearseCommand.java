package dev.tertulia.server.cli;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia rehearse`: a server serves its first page and a first chat message to itself, and
/// ends. The JVM learns from it what a start needs (the launcher makes a cache of that).
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Runnable {
  private final Servers servers;

  RehearseCommand(Servers servers) {
    this.servers = servers;
  }

  /// How many connections come and go: enough that what a storm of them does is known to be hot.
  private static final int ARRIVALS = 2_000;

  @Override
  public void run() {
    Settings settings = Settings.fromEnvironment(Map.of());
    settings.set(Setting.PORT, "0");
    Running server = servers.start(Config.from(settings), null);
    try {
      for (String path : List.of("/", "/static/js/app.js", "/health/ready")) {
        ask(server.port(), "GET " + path + " HTTP/1.1\r\n%sConnection: close\r\n\r\n");
      }
      for (int i = 0; i < ARRIVALS; i++) {
        ask(
            server.port(),
            "GET /ws/rehearsal HTTP/1.1\r\n%sConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cmVoZWFyc2luZzEyMzQ1Ng==\r\n\r\n"
                + chatAndClose());
      }
    } catch (IOException e) {
      throw new IllegalStateException("the rehearsal failed", e);
    }
    server.stop();
  }

  /// A chat message and a close frame, masked with zeros.
  private static String chatAndClose() {
    String chat = "{\"type\":\"chat\",\"sender\":\"Ana\",\"message\":\"hola\"}";
    String mask = "\0\0\0\0";
    return "\u0081" + (char) (0x80 | chat.length()) + mask + chat + "\u0088\u0080" + mask;
  }

  private static void ask(int port, String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      String text = request.formatted("Host: 127.0.0.1:" + port + "\r\n");
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getInputStream().readAllBytes();
    }
  }
}
