package dev.tertulia.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Copies a jar without the machine code in it, which lies beside the jars in the packages. For
/// SQLite that is 14 of 15 MB, for thirty kinds of machine.
final class SlimJar {
  /// An entry of 1 January 1980 would also be given a time that depends on the zone.
  private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

  private SlimJar() {}

  static void copy(Path from, Path to) throws IOException {
    try (ZipFile jar = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setLevel(Deflater.BEST_COMPRESSION);
      Enumeration<? extends ZipEntry> entries = jar.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (isMachineCode(entry.getName())) {
          continue;
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        // What the entry says may depend on the time zone.
        copy.setTimeLocal(DATE);
        out.putNextEntry(copy);
        try (InputStream in = jar.getInputStream(entry)) {
          in.transferTo(out);
        }
        out.closeEntry();
      }
    }
  }

  /// Whether a jar has any.
  static boolean hasMachineCode(Path jar) throws IOException {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      return file.stream().anyMatch(entry -> isMachineCode(entry.getName()));
    }
  }

  private static boolean isMachineCode(String name) {
    return (name.startsWith("META-INF/native/") || name.startsWith("org/sqlite/native/"))
        && !name.endsWith("/");
  }
}
