package dev.tertulia.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A real Redis in a process of its own, which keeps nothing: the one that is installed, or else
/// the older one that comes with the tests. For one thread.
public final class Redis implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> command;
  private final Path log;
  private final int port;
  private @Nullable Process process;

  /// Starts the one that is installed, or the one that comes with the tests.
  ///
  /// @param options further ones of its command line
  public Redis(Path folder, String... options) {
    this(folder, freePort(), installed("redis-server"), List.of(options));
  }

  private Redis(Path folder, int port, @Nullable Path program, List<String> options) {
    this(
        folder,
        port,
        Stream.concat(
                Stream.of(
                    (program == null ? embedded(folder) : program).toString(),
                    "--port",
                    String.valueOf(port),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--dir",
                    folder.toString()),
                options.stream())
            .toList());
  }

  private Redis(Path folder, int port, List<String> command) {
    this.port = port;
    this.command = command;
    log = folder.resolve("redis-" + port + ".log");
    start();
  }

  /// Starts Redis 6.2, which comes with the tests.
  public static Redis older(Path folder) {
    return new Redis(folder, freePort(), null, List.of());
  }

  /// Starts a Sentinel that watches `master`, under the name `tertulia`, and replaces it after a
  /// second without an answer.
  public static Redis sentinel(Path folder, Redis master) {
    int port = freePort();
    Path settings = folder.resolve("sentinel-" + port + ".conf");
    try {
      Files.writeString(
          settings,
          """
          port %s
          bind 127.0.0.1
          dir %s
          sentinel monitor tertulia 127.0.0.1 %s 1
          sentinel down-after-milliseconds tertulia 1000
          sentinel failover-timeout tertulia 5000
          """
              .formatted(port, folder, master.port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path program = Objects.requireNonNull(installed("redis-sentinel"), "redis-sentinel");
    return new Redis(folder, port, List.of(program.toString(), settings.toString()));
  }

  /// Starts a node of a cluster, in a process of its own.
  ///
  /// @param others nodes that it joins; the first one gets all slots
  public static Redis cluster(Path folder, Redis... others) {
    int bus = freePort();
    int port = freePort();
    Redis node =
        new Redis(
            folder,
            port,
            Objects.requireNonNull(installed("redis-server"), "redis-server"),
            List.of(
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                String.valueOf(bus),
                "--cluster-config-file",
                "nodes-%s.conf".formatted(port),
                "--cluster-node-timeout",
                "2000"));
    if (others.length == 0) {
      node.say("CLUSTER ADDSLOTSRANGE 0 16383");
    }
    for (Redis other : others) {
      other.say("CLUSTER MEET 127.0.0.1 %s %s".formatted(port, bus));
    }
    return node;
  }

  /// A program of the machine; `null` if it is not installed.
  private static @Nullable Path installed(String program) {
    for (String folder : List.of("/usr/bin", "/usr/local/bin")) {
      Path path = Path.of(folder, program);
      if (Files.isExecutable(path)) {
        return path;
      }
    }
    return null;
  }

  private static Path embedded(Path folder) {
    String name =
        System.getProperty("os.arch").equals("aarch64")
            ? "/redis-server-6.2.7-linux-arm64"
            : "/redis-server-6.2.6-v5-linux-amd64";
    Path program = folder.resolve("redis-server-6.2");
    try (InputStream in = Redis.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in, name), program);
      if (!program.toFile().setExecutable(true)) {
        throw new IOException("can't make executable: " + program);
      }
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it, after [#kill], at the same port.
  public void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await().atMost(PATIENCE).until(() -> answers());
  }

  private boolean answers() {
    try {
      say("PING");
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /// Sends a command, and returns the first line of the answer.
  public String say(String command) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      socket.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
      String line =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
      if (line == null) {
        throw new IOException("no answer");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /// Its address.
  public String address() {
    return "redis://127.0.0.1:" + port;
  }

  private Process running() {
    return Objects.requireNonNull(process, "not running");
  }

  /// Ends it at once.
  public void kill() {
    running().destroyForcibly();
    running().onExit().join();
  }

  /// Stops its process in the middle of what it does: its sockets stay open, and nothing answers.
  public void pause() {
    signal("STOP");
  }

  /// Continues a paused process.
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + name, String.valueOf(running().pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill gave " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
