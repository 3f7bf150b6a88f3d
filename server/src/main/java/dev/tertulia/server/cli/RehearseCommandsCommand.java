package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.DataFolderOperations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia rehearse-commands`: runs the commands that ask a server once each, against a socket
/// that gives all of them the same answer. The launcher records this run in an AOT cache, so that
/// the JVM knows which classes they need, up to the answer.
@Command(name = "rehearse-commands", hidden = true)
final class RehearseCommandsCommand implements Runnable {
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("send", "lobby", "hola"),
          List.of("notify", "ana", "hola"),
          List.of("broadcast", "hola"),
          List.of("inbox", "ana"));

  private static final String ANSWER =
      "{\"id\":\"r1\",\"unread\":1,\"notifications\":[{\"id\":\"r1\",\"message\":\"hola\"}]}";

  private static final String LENGTH = "content-length:";

  private final Servers servers;
  private final DataFolderOperations operations;

  RehearseCommandsCommand(Servers servers, DataFolderOperations operations) {
    this.servers = servers;
    this.operations = operations;
  }

  @Override
  public void run() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Streams streams = new Streams(InputStream.nullInputStream(), nowhere, nowhere, false);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> answer(server));
      Map<String, String> environment =
          Map.of(Setting.URL, "http://127.0.0.1:" + server.getLocalPort());
      for (List<String> command : COMMANDS) {
        int exit =
            TertuliaCommand.run(
                command.toArray(String[]::new), environment, servers, operations, streams);
        if (exit != 0) {
          throw new IllegalStateException(command + " ended with " + exit);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the rehearsal failed", e);
    }
  }

  /// Answers one request after another, until the socket is closed.
  private static void answer(ServerSocket server) {
    while (true) {
      try (Socket client = server.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        long body = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
            body = Long.parseLong(line.substring(LENGTH.length()).strip());
          }
        }
        while (body > 0 && in.read() >= 0) {
          body--;
        }
        client
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s"
                    .formatted(ANSWER.length(), ANSWER)
                    .getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        return;
      }
    }
  }
}
