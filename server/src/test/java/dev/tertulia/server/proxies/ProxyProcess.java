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

/// A real proxy, nginx or HAProxy, with a file of `ops/proxies`, of which only the addresses are
/// changed: it listens on a free port of loopback.
public final class ProxyProcess implements AutoCloseable {
  private static final Path FILES = Path.of("../ops/proxies");
  private static final Path NGINX = Path.of("/usr/sbin/nginx");
  private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

  /// A change of a file that its comments, or a test, say: `text` becomes `by`.
  public record Change(String text, String by) {
    private String in(String file) {
      assertThat(file).contains(text);
      return file.replace(text, by);
    }
  }

  private final Path folder;
  private final int port;
  private final boolean nginx;
  private final Process process;
  private boolean closed;

  private ProxyProcess(Path folder, int port, String file, int server, List<Change> changes)
      throws IOException {
    this.folder = folder;
    nginx = file.startsWith("nginx");
    this.port = port;
    assertThat(nginx ? NGINX : HAPROXY)
        .as("what `apt-get install nginx haproxy` installs")
        .isExecutable();
    List<Change> all = new ArrayList<>(changes);
    all.add(new Change("127.0.0.1:8000", "127.0.0.1:" + server));
    all.add(
        nginx
            ? new Change("  listen 80;", "  listen 127.0.0.1:" + port + ";")
            : new Change("  bind :80\n", "  bind 127.0.0.1:" + port + "\n"));
    String text = Files.readString(FILES.resolve(file));
    for (Change change : all) {
      text = change.in(text);
    }
    Files.writeString(folder.resolve("proxy.conf"), text);
    process = nginx ? startNginx() : startHaproxy();
  }

  /// Starts one before a server.
  ///
  /// @param file its name in `ops/proxies`
  public static ProxyProcess start(String file, TestServer server, Change... changes) {
    return startAt(TestServer.freePort(), file, server, changes);
  }

  /// The same, on a port that is known before the server starts.
  public static ProxyProcess startAt(int port, String file, TestServer server, Change... changes) {
    try {
      Path folder = Files.createTempDirectory("tertulia-proxy");
      ProxyProcess proxy =
          new ProxyProcess(folder, port, file, server.port(), Arrays.asList(changes));
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
        NGINX.toString(),
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
    return run(HAPROXY.toString(), "-W", "-db", "-f", folder.resolve("proxy.conf").toString());
  }

  private Process run(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
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

  /// Has it read its configuration again, and waits until another of its processes serves.
  void reload() {
    Set<Long> before = workers();
    try {
      new ProcessBuilder("kill", nginx ? "-HUP" : "-USR2", String.valueOf(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    await()
        .atMost(TestServer.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !before.containsAll(workers()) && isListening());
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
