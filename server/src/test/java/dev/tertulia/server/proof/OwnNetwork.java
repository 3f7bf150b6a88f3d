package dev.tertulia.server.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A separate network with a loopback device that can be cut, visible only to processes in its
/// namespace, with which it ends.
final class OwnNetwork implements AutoCloseable {
  private static final String ESTABLISHED = "01";

  private final OwnNamespace namespace;

  private OwnNetwork(OwnNamespace namespace) {
    this.namespace = namespace;
  }

  /// Begins one in which everybody reaches everybody.
  static OwnNetwork begin() {
    OwnNamespace namespace = new OwnNamespace("net");
    try {
      namespace.run("ip link set lo up");
      return new OwnNetwork(namespace);
    } catch (RuntimeException | AssertionError e) {
      namespace.close();
      throw new AssertionError(
          "no network of one's own can be had here, %s; and apt-get install iproute2"
              .formatted(OwnNamespace.REMEDY),
          e);
    }
  }

  /// The command that runs a program where the network is there.
  List<String> entering() {
    return namespace.entering();
  }

  /// From now on nobody reaches anybody, and nobody is told.
  void cut() {
    namespace.run("ip link set lo down");
  }

  /// How many connections to that port its listener's end takes for open.
  long connections(int port) {
    String local = String.format(Locale.ROOT, ":%04X", port);
    return Stream.of("tcp", "tcp6")
        .map(table -> Path.of("/proc/" + namespace.pid() + "/net/" + table))
        .flatMap(OwnNetwork::lines)
        .map(line -> line.strip().split("\\s+"))
        .filter(columns -> columns[1].endsWith(local) && columns[3].equals(ESTABLISHED))
        .count();
  }

  private static Stream<String> lines(Path table) {
    try {
      return Files.readAllLines(table).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    namespace.close();
  }
}
