package dev.tertulia.server.proof;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A network of one's own, with a loopback that can be cut, that only those are in who enter it. It
/// goes when the process that holds it ends, however that is.
///
/// Root may have one, and so may anybody where user namespaces are allowed.
final class OwnNetwork implements AutoCloseable {
  private static final String ESTABLISHED = "01";

  private final Process holder;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final boolean root;

  private OwnNetwork(Process holder, boolean root) {
    this.holder = holder;
    out = holder.inputReader();
    in = holder.outputWriter();
    this.root = root;
  }

  /// Begins one in which everybody reaches everybody.
  static OwnNetwork begin() {
    boolean root = "root".equals(System.getProperty("user.name"));
    List<String> command = new ArrayList<>(List.of("unshare", "--net"));
    if (!root) {
      command.add("--map-root-user");
    }
    command.add("sh");
    OwnNetwork network;
    try {
      network = new OwnNetwork(new ProcessBuilder(command).redirectErrorStream(true).start(), root);
    } catch (IOException e) {
      throw new AssertionError("unshare is missing: apt-get install util-linux", e);
    }
    try {
      network.run("ip link set lo up");
      return network;
    } catch (AssertionError e) {
      network.close();
      throw new AssertionError(
          "no network of one's own can be had here, as root or in a user namespace (sysctl"
              + " kernel.unprivileged_userns_clone=1; in a container, --cap-add SYS_ADMIN; and"
              + " apt-get install iproute2)",
          e);
    }
  }

  /// The command that runs a program where the network is there.
  List<String> entering() {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid(), "--net"));
    if (!root) {
      command.addAll(List.of("--user", "--preserve-credentials"));
    }
    return command;
  }

  /// From now on nobody reaches anybody, and nobody is told.
  void cut() {
    run("ip link set lo down");
  }

  /// How many connections to that port its listener's end takes for open.
  long connections(int port) {
    String local = ":%04X".formatted(port);
    return Stream.of("tcp", "tcp6")
        .map(table -> Path.of("/proc/" + holder.pid() + "/net/" + table))
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

  private void run(String command) {
    try {
      in.write(command + " && echo done || echo failed\n");
      in.flush();
      StringBuilder said = new StringBuilder();
      for (String line = out.readLine(); !"done".equals(line); line = out.readLine()) {
        if (line == null || line.equals("failed")) {
          throw new AssertionError("%s: %s".formatted(command, said));
        }
        said.append(line).append(' ');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    holder.destroyForcibly();
    try {
      holder.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
