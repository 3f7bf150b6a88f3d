package dev.tertulia.packaging;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// A package for Debian and what descends from it, written without Debian's tools: an `ar` of a
/// mark, what says what it is, and its files.
final class DebianPackage {
  /// Where the program is installed.
  static final String HOME = "usr/lib/tertulia";

  private static final List<String> SCRIPTS = List.of("postinst", "postrm", "preinst", "prerm");

  private final Layout layout;

  DebianPackage(Layout layout) {
    this.layout = layout;
  }

  /// Writes it into `folder`.
  ///
  /// @return the file
  Path write(Path folder) throws IOException {
    byte[] data = data();
    byte[] control = control();
    Path file =
        folder.resolve(
            "tertulia_%s_%s.deb".formatted(layout.version(), layout.architecture().debian()));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write("!<arch>\n".getBytes(StandardCharsets.US_ASCII));
      member(out, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
      member(out, "control.tar.gz", control);
      member(out, "data.tar.gz", data);
    }
    return file;
  }

  private void member(OutputStream out, String name, byte[] content) throws IOException {
    String head =
        String.format(
            Locale.ROOT,
            "%-16s%-12d%-6d%-6d%-8s%-10d`\n",
            name,
            layout.date(),
            0,
            0,
            "100644",
            content.length);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(content);
    if (content.length % 2 != 0) {
      out.write('\n');
    }
  }

  private byte[] data() throws IOException {
    Path stage = layout.stage();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter tar = TarWriter.compressed(bytes, layout.date())) {
      tar.file("./usr/lib/systemd/system/tertulia.service", source("debian/tertulia.service"));
      tar.link("./usr/bin/tertulia", "../lib/tertulia/bin/tertulia");
      for (String folder : List.of("app", "bin", "lib", "runtime")) {
        // The cache is made on the machine that it is for, where no CPU is guessed.
        tar.tree(stage.resolve(folder), "./" + HOME + "/" + folder, layout::isReproducible);
      }
      tar.file(
          "./usr/share/bash-completion/completions/tertulia",
          Files.readAllBytes(stage.resolve("share/completions/tertulia.bash")));
      tar.file("./usr/share/doc/tertulia/changelog.gz", TarWriter.gzip(layout.changelog()));
      tar.file("./usr/share/doc/tertulia/copyright", source("debian/copyright"));
      tar.file(
          "./usr/share/fish/vendor_completions.d/tertulia.fish",
          Files.readAllBytes(stage.resolve("share/completions/tertulia.fish")));
      tar.file(
          "./usr/share/man/man1/tertulia.1.gz",
          TarWriter.gzip(Files.readAllBytes(stage.resolve("share/man/man1/tertulia.1"))));
      tar.file("./usr/share/tertulia/tertulia.yaml", source("debian/tertulia.yaml"));
      tar.file(
          "./usr/share/zsh/vendor-completions/_tertulia",
          Files.readAllBytes(stage.resolve("share/completions/_tertulia")));
    }
    return bytes.toByteArray();
  }

  private byte[] control() throws IOException {
    String control =
        """
        Package: tertulia
        Version: %s
        Architecture: %s
        Maintainer: The authors of Tertulia <tertulia@localhost>
        Installed-Size: %s
        Depends: libc6 (>= 2.28), init-system-helpers (>= 1.54), passwd
        Section: net
        Priority: optional
        Description: self-hosted real-time server for chat, notifications and broadcasts
         Chat rooms, personal notifications and broadcasts over WebSocket, HTTP and
         Server-Sent Events, stored in SQLite. It brings its own Java runtime.
        """
            .formatted(
                layout.version(), layout.architecture().debian(), layout.installedKibibytes());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter tar = TarWriter.compressed(bytes, layout.date())) {
      tar.file("./control", control.getBytes(StandardCharsets.UTF_8));
      for (String script : SCRIPTS) {
        tar.file("./" + script, source("debian/" + script), 0755);
      }
    }
    return bytes.toByteArray();
  }

  private byte[] source(String name) throws IOException {
    return Files.readAllBytes(layout.files().resolve(name));
  }
}
