package dev.tertulia.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The Java runtime in the packages: the modules of this JDK that the server uses, and no others.
final class JavaRuntime {
  /// What `jdeps` finds in the jars, and what it can't see: `jdk.crypto.ec` for TLS, `jdk.zipfs`
  /// for resources in jars, `jdk.jcmd` for whoever must find out what a server is doing.
  static final List<String> MODULES =
      List.of(
          "java.base",
          "java.naming",
          "java.net.http",
          "java.security.jgss",
          "java.sql",
          "jdk.crypto.ec",
          "jdk.jcmd",
          "jdk.jfr",
          "jdk.management",
          "jdk.unsupported",
          "jdk.zipfs");

  private JavaRuntime() {}

  /// Makes it in `folder`, unless it is there, made of the same JDK.
  static void make(Path folder) throws IOException, InterruptedException {
    String made = Runtime.version() + " " + MODULES;
    Path note = folder.resolveSibling(folder.getFileName() + ".made");
    if (Files.exists(note) && Files.readString(note).equals(made)) {
      return;
    }
    Files.deleteIfExists(note);
    Folders.delete(folder);
    // A process of its own: within another JVM the order of what it writes differs from run to run.
    Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
    if (!Files.isExecutable(jlink)) {
      throw new PackagingException("this JDK has no jlink: install a full JDK 25");
    }
    Layout.run(
        List.of(
            jlink.toString(),
            // Half the processor time: it ends before it pays to optimise it.
            "-J-XX:TieredStopAtLevel=1",
            "-J-XX:+UseSerialGC",
            "--add-modules",
            String.join(",", MODULES),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--compress",
            "zip-6",
            "--output",
            folder.toString()));
    Files.writeString(note, made);
  }
}
