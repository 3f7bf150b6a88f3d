package dev.tertulia.server.proof;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A small file system of one's own, in memory, that only those see who enter it. It goes when the
/// process that holds it ends, however that is.
///
/// Root may mount it, and so may anybody where user namespaces are allowed.
final class SmallDisk implements AutoCloseable {
  private static final String DONE = "done";

  private final Process holder;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final Path path;
  private final boolean root;

  private SmallDisk(Process holder, Path path, boolean root) {
    this.holder = holder;
    this.out = holder.inputReader();
    this.in = holder.outputWriter();
    this.path = path;
    this.root = root;
  }

  /// Mounts one of `mebibytes` over the folder `path`.
  static SmallDisk mount(Path path, int mebibytes) {
    boolean root = "root".equals(System.getProperty("user.name"));
    List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
    if (!root) {
      command.add("--map-root-user");
    }
    command.add("sh");
    SmallDisk disk;
    try {
      Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
      disk = new SmallDisk(holder, path, root);
    } catch (IOException e) {
      throw new AssertionError("unshare is missing: apt-get install util-linux", e);
    }
    try {
      disk.run("mount -t tmpfs -o size=%dm tmpfs '%s'".formatted(mebibytes, path));
      return disk;
    } catch (RuntimeException | AssertionError e) {
      disk.close();
      throw new AssertionError(
          "no small file system can be mounted here, as root or in a user namespace (sysctl"
              + " kernel.unprivileged_userns_clone=1; in a container, --cap-add SYS_ADMIN)",
          e);
    }
  }

  /// The command that runs a program where the file system is there.
  List<String> entering() {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid(), "--mount"));
    if (!root) {
      command.addAll(List.of("--user", "--preserve-credentials"));
    }
    return command;
  }

  /// The folder, as those see it who have entered.
  Path path() {
    return path;
  }

  /// The folder, as everybody sees it.
  Path fromOutside() {
    return Path.of("/proc/" + holder.pid() + "/root" + path);
  }

  /// Fills it to the last byte.
  ///
  /// @return the file that takes the room
  Path fill() {
    Path ballast = fromOutside().resolve("ballast");
    byte[] block = new byte[4096];
    try (OutputStream file = Files.newOutputStream(ballast, StandardOpenOption.CREATE_NEW)) {
      while (true) {
        file.write(block);
      }
    } catch (IOException full) {
      return ballast;
    }
  }

  /// Lets nobody write to it, or everybody again. Not while a file is open for writing.
  void writable(boolean writable) {
    run("mount -o remount,%s '%s'".formatted(writable ? "rw" : "ro", path));
  }

  private void run(String command) {
    try {
      in.write(command + " && echo " + DONE + " || echo failed\n");
      in.flush();
      StringBuilder said = new StringBuilder();
      for (String line = out.readLine(); !DONE.equals(line); line = out.readLine()) {
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
