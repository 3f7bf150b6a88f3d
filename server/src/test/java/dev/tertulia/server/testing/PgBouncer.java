package dev.tertulia.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/// A real PgBouncer in front of a PostgreSQL, in a process of its own. For one thread.
public final class PgBouncer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

  private final Path folder;
  private final int port = TestServer.freePort();
  private final Process process;

  /// Starts one.
  ///
  /// @param database an address of the server that it leads to
  /// @param mode `session` or `transaction`: for how long it lends a session
  public PgBouncer(String database, String mode) {
    try {
      folder = Files.createTempDirectory("tertulia-pgbouncer-");
      Postgres.give(folder);
      Path users = Files.writeString(folder.resolve("users"), "\"tester\" \"\"\n");
      Path settings =
          Files.writeString(
              folder.resolve("settings"),
              """
              [databases]
              * = host=127.0.0.1 port=%s
              [pgbouncer]
              listen_addr = 127.0.0.1
              listen_port = %s
              unix_socket_dir =
              auth_type = trust
              auth_file = %s
              pool_mode = %s
              ignore_startup_parameters = extra_float_digits
              """
                  .formatted(URI.create(database).getPort(), port, users, mode));
      Postgres.give(users);
      Postgres.give(settings);
      if (!Files.isExecutable(PROGRAM)) {
        throw new IllegalStateException("there is no PgBouncer: apt-get install pgbouncer");
      }
      List<String> command =
          new ArrayList<>(Postgres.asOwner(PROGRAM.toString(), settings.toString()));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await().atMost(TestServer.PATIENCE).until(this::accepts);
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// The address of a database through it.
  public String address(String database) {
    return database.replaceFirst("127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + port);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      for (String name : List.of("users", "settings", "log")) {
        Files.delete(folder.resolve(name));
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
