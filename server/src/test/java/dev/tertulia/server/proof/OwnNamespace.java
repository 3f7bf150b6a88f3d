package dev.tertulia.server.proof;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// A separate kernel namespace, visible only to processes that enter it, with a shell in it. It
/// ends with the process that holds it, however that ends.
///
/// Root may create one, and any user where user namespaces are allowed.
final class OwnNamespace implements AutoCloseable {
  /// What to do where there can be none.
  static final String REMEDY =
      "as root or in a user namespace (sysctl kernel.unprivileged_userns_clone=1; in a container,"
          + " --cap-add SYS_ADMIN)";

  private static final String DONE = "done";
  private static final String FAILED = "failed";

  private final String kind;
  private final boolean root = "root".equals(System.getProperty("user.name"));
  private final Process holder;
  private final BufferedReader out;
  private final BufferedWriter in;

  /// @param kind as `unshare` and `nsenter` name it: `mount` or `net`
  OwnNamespace(String kind) {
    this.kind = kind;
    List<String> command = new ArrayList<>(List.of("unshare", "--" + kind));
    if (!root) {
      command.add("--map-root-user");
    }
    command.add("sh");
    try {
      holder = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError("unshare is missing: apt-get install util-linux", e);
    }
    out = holder.inputReader();
    in = holder.outputWriter();
  }

  /// Of the process that holds it.
  long pid() {
    return holder.pid();
  }

  /// The command that runs a program in it.
  List<String> entering() {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid(), "--" + kind));
    if (!root) {
      command.addAll(List.of("--user", "--preserve-credentials"));
    }
    return command;
  }

  /// Runs a shell's command in it.
  ///
  /// @throws AssertionError if that fails
  void run(String command) {
    try {
      in.write("%s && echo %s || echo %s\n".formatted(command, DONE, FAILED));
      in.flush();
      StringBuilder said = new StringBuilder();
      for (String line = out.readLine(); !DONE.equals(line); line = out.readLine()) {
        if (line == null || line.equals(FAILED)) {
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
