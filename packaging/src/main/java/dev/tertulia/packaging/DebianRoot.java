package dev.tertulia.packaging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The root file system of the image: the C library, and a shell with the few programs that the
/// launcher calls, out of Debian's packages, as they are on the day when the image is made.
final class DebianRoot {
  private static final List<String> PACKAGES = List.of("busybox-static", "libc6");

  /// What the launcher and the live check call.
  private static final List<String> PROGRAMS =
      List.of("cat", "mkdir", "mv", "readlink", "rm", "sh", "sha1sum", "wget");

  private final Path unpacked;
  private final List<Path> packages;
  private final Architecture architecture;

  private DebianRoot(Path unpacked, List<Path> packages, Architecture architecture) {
    this.unpacked = unpacked;
    this.packages = packages;
    this.architecture = architecture;
  }

  /// Gets the packages, unless they are in the folder.
  static DebianRoot fetch(Path folder, Architecture architecture)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (packages(folder).size() < PACKAGES.size()) {
      List<String> command = new ArrayList<>(List.of("apt-get", "download", "-q"));
      PACKAGES.forEach(name -> command.add(name + ":" + architecture.debian()));
      run(folder, command);
    }
    Path unpacked = folder.resolve("unpacked");
    Folders.delete(unpacked);
    Files.createDirectories(unpacked);
    for (Path file : packages(folder)) {
      run(folder, List.of("dpkg-deb", "-x", file.toString(), unpacked.toString()));
    }
    return new DebianRoot(unpacked, packages(folder), architecture);
  }

  /// Which versions of which packages it is made of.
  String versions() {
    return String.join(
        " ",
        packages.stream()
            .map(file -> file.getFileName().toString().replaceFirst("_[^_]*$", ""))
            .map(name -> name.replace("%3a", ":").replace('_', '='))
            .toList());
  }

  /// Writes it, with the server's user and its folder.
  void write(TarWriter tar, int user, String data) throws IOException {
    tar.file("bin/busybox", Files.readAllBytes(unpacked.resolve("bin/busybox")), 0755);
    for (String program : PROGRAMS) {
      tar.link("bin/" + program, "busybox");
    }
    text(tar, "etc/group", "root:x:0:\ntertulia:x:%s:\n".formatted(user));
    text(tar, "etc/nsswitch.conf", "hosts: files dns\n");
    text(
        tar,
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\ntertulia:x:%s:%s:Tertulia:/%s:/bin/sh\n"
            .formatted(user, user, data));
    Path libraries = unpacked.resolve(architecture.libraries());
    // Without what converts between character sets.
    tar.tree(libraries, architecture.libraries(), file -> !file.toString().contains("/gconv/"));
    String loader = Path.of(architecture.loader()).getFileName().toString();
    tar.link(architecture.loader(), "/" + architecture.libraries() + "/" + loader);
    tar.folder("tmp", 01777, 0);
    for (String name : PACKAGES) {
      String copyright = "usr/share/doc/" + name + "/copyright";
      tar.file(copyright, Files.readAllBytes(unpacked.resolve(copyright)));
    }
    tar.folder(data, 0700, user);
  }

  private static void text(TarWriter tar, String name, String text) throws IOException {
    tar.file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Path> packages(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
    }
  }

  private static void run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
    } catch (IOException e) {
      throw new PackagingException(
          "the image needs Debian's %s, which is not here: make 'archive' and 'deb' only, or build it from packaging/Dockerfile"
              .formatted(command.getFirst()));
    }
    if (process.waitFor() != 0) {
      throw new PackagingException(
          "'%s' failed (after 'apt-get update' it may work): %s"
              .formatted(String.join(" ", command), Files.readString(said).strip()));
    }
  }
}
