package dev.tertulia.server.proof;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A small file system in memory, visible only to processes in its namespace, with which it ends.
final class SmallDisk implements AutoCloseable {
  private final OwnNamespace namespace;
  private final Path path;

  private SmallDisk(OwnNamespace namespace, Path path) {
    this.namespace = namespace;
    this.path = path;
  }

  /// Mounts one of `mebibytes` over the folder `path`.
  static SmallDisk mount(Path path, int mebibytes) {
    OwnNamespace namespace = new OwnNamespace("mount");
    try {
      namespace.run("mount -t tmpfs -o size=%sm tmpfs '%s'".formatted(mebibytes, path));
      return new SmallDisk(namespace, path);
    } catch (RuntimeException | AssertionError e) {
      namespace.close();
      throw new AssertionError(
          "no small file system can be mounted here, " + OwnNamespace.REMEDY, e);
    }
  }

  /// The command that runs a program where the file system is there.
  List<String> entering() {
    return namespace.entering();
  }

  /// The folder, as those see it who have entered.
  Path path() {
    return path;
  }

  /// The folder, as everybody sees it.
  Path fromOutside() {
    return Path.of("/proc/" + namespace.pid() + "/root" + path);
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

  /// Has a folder be on it, with a link in its place.
  void take(Path taken) {
    Path there = path.resolve(taken.getFileName());
    namespace.run("mv '%s' '%s' && ln -s '%2$s' '%1$s'".formatted(taken, there));
  }

  /// Mounts it otherwise.
  ///
  /// @param options as `mount` knows them
  void mode(String options) {
    namespace.run("mount -o remount,%s '%s'".formatted(options, path));
  }

  /// Lets nobody write to it, or everybody again. Not while a file is open for writing.
  void writable(boolean writable) {
    namespace.run("mount -o remount,%s '%s'".formatted(writable ? "rw" : "ro", path));
  }

  @Override
  public void close() {
    namespace.close();
  }
}
