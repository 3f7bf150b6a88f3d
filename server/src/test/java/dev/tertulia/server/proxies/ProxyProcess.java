package dev.tertulia.server.proxies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A real proxy, nginx, HAProxy or Caddy, with a file of `ops/proxies`, of which only the addresses
/// are changed: it listens on a free port of loopback.
public final class ProxyProcess implements AutoCloseable {
  private static final Path FILES = Path.of("../ops/proxies");

  private enum Kind {
    NGINX("nginx", "/usr/sbin/nginx"),
    HAPROXY("haproxy", "/usr/sbin/haproxy"),
    CADDY("Caddyfile", "/usr/bin/caddy");

    private final String files;
    private final Path program;

    Kind(String files, String program) {
      this.files = files;
      this.program = Path.of(program);
    }

    static Kind of(String file) {
      return Arrays.stream(values())
          .filter(kind -> file.startsWith(kind.files))
          .findAny()
          .orElseThrow();
    }

    /// Has it listen on a port of loopback.
    Change listening(String file, int port) {
      return switch (this) {
        case NGINX -> new Change("  listen 80;", "  listen 127.0.0.1:" + port + ";");
        case HAPROXY -> new Change("  bind :80\n", "  bind 127.0.0.1:" + port + "\n");
        case CADDY ->
            new Change(
                file.contains("path") ? "www.example.org {" : "chat.example.org {",
                "http://:%s {\n\tbind 127.0.0.1".formatted(port));
      };
    }
  }

  /// A change of a file that its comments, or a test, say: `text` becomes `by`.
  public record Change(String text, String by) {
    private String in(String file) {
      assertThat(file).contains(text);
      return file.replace(text, by);
    }
  }

  private final Path folder;
  private final int port;
  private final Kind kind;
  private final Process process;
  private boolean closed;

  private ProxyProcess(Path folder, int port, String file, List<Change> changes)
      throws IOException {
    this.folder = folder;
    kind = Kind.of(file);
    this.port = port;
    assertThat(kind.program)
        .as("what `apt-get install nginx-light haproxy caddy` installs")
        .isExecutable();
    List<Change> all = new ArrayList<>(changes);
    all.add(kind.listening(file, port));
    String text = Files.readString(FILES.resolve(file));
    for (Change change : all) {
      text = change.in(text);
    }
    Files.writeString(folder.resolve("proxy.conf"), text);
    process =
        switch (kind) {
          case NGINX -> startNginx();
          case HAPROXY -> startHaproxy();
          case CADDY -> startCaddy();
        };
  }

  /// Starts one before a server.
  ///
  /// @param file its name in `ops/proxies`
  public static ProxyProcess start(String file, TestServer server, Change... changes) {
    return startAt(TestServer.freePort(), file, server, changes);
  }

  /// The same, on a port that is known before the server starts.
  public static ProxyProcess startAt(int port, String file, TestServer server, Change... changes) {
    List<Change> all = new ArrayList<>(Arrays.asList(changes));
    all.add(new Change("127.0.0.1:8000", "127.0.0.1:" + server.port()));
    return startAt(port, file, all);
  }

  /// Starts one before the nodes of a cluster, which are `node-1:8000` and so on in the file.
  public static ProxyProcess start(String file, List<TestServer> nodes, Change... changes) {
    List<Change> all = new ArrayList<>(Arrays.asList(changes));
    for (TestServer node : nodes) {
      String name = "node-%s:8000".formatted(nodes.indexOf(node) + 1);
      all.add(new Change(name, "127.0.0.1:" + node.port()));
    }
    return startAt(TestServer.freePort(), file, all);
  }

  private static ProxyProcess startAt(int port, String file, List<Change> changes) {
    try {
      Path folder = Files.createTempDirectory("tertulia-proxy");
      ProxyProcess proxy = new ProxyProcess(folder, port, file, changes);
      proxy.awaitStart();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a distribution has around the file of a site.
  private Process startNginx() throws IOException {
    String main =
        """
        user root;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          include proxy.conf;
        }
        """;
    Files.writeString(folder.resolve("nginx.conf"), main);
    return run(
        kind.program.toString(),
        "-p",
        folder.toString(),
        "-c",
        folder.resolve("nginx.conf").toString(),
        "-e",
        "stderr",
        "-g",
        "daemon off;");
  }

  private Process startHaproxy() throws IOException {
    return run(kind.program.toString(), "-W", "-db", "-f", folder.resolve("proxy.conf").toString());
  }

  /// Its commands reach it at a socket in the folder.
  private Process startCaddy() throws IOException {
    Path file = folder.resolve("proxy.conf");
    Files.writeString(
        file, "{\n\tadmin %s\n}\n%s".formatted(caddySocket(), Files.readString(file)));
    return run(
        kind.program.toString(), "run", "--config", file.toString(), "--adapter", "caddyfile");
  }

  private String caddySocket() {
    return "unix/" + folder.resolve("admin.sock");
  }

  private Process run(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("XDG_CONFIG_HOME", folder.toString());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    return builder.start();
  }

  private void awaitStart() {
    await()
        .atMost(TestServer.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          assertThat(process.isAlive()).as(() -> output()).isTrue();
          return isListening();
        });
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private String output() {
    try {
      return Files.readString(folder.resolve("output"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /// An address on the proxy.
  public URI http(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /// Has it read its configuration again, and waits until that serves.
  void reload() {
    Set<Long> before = workers();
    switch (kind) {
      case NGINX -> command("kill", "-HUP", String.valueOf(process.pid()));
      case HAPROXY -> command("kill", "-USR2", String.valueOf(process.pid()));
      case CADDY -> {
        command(
            kind.program.toString(),
            "reload",
            "--force",
            "--address",
            caddySocket(),
            "--config",
            folder.resolve("proxy.conf").toString(),
            "--adapter",
            "caddyfile");
        return;
      }
    }
    await()
        .atMost(TestServer.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !before.containsAll(workers()) && isListening());
  }

  private static void command(String... words) {
    try {
      Process command = new ProcessBuilder(words).redirectErrorStream(true).start();
      String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(command.waitFor()).as(output).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Set<Long> workers() {
    return process.children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    stop();
  }

  /// Ends it, once.
  public void stop() {
    if (closed) {
      return;
    }
    closed = true;
    List<ProcessHandle> children = process.children().toList();
    process.destroy();
    children.forEach(ProcessHandle::destroyForcibly);
    try {
      if (!process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
