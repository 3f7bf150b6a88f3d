package dev.tertulia.packaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Writes a tar (ustar) whose bytes depend on names, content and one date. A folder is written
/// before what is in it, also when it was not added.
final class TarWriter implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_PREFIX = 155;
  private static final int PROGRAM = 0755;
  private static final int DATA = 0644;

  private final OutputStream out;
  private final long date;
  private final Set<String> folders = new HashSet<>();

  /// @param out what this closes
  /// @param date of every file, in seconds
  TarWriter(OutputStream out, long date) {
    this.out = out;
    this.date = date;
  }

  /// A compressed one.
  static TarWriter compressed(OutputStream out, long date) throws IOException {
    return new TarWriter(new BestGzip(out), date);
  }

  /// Adds what is in a folder of this machine, in the order of names, with its links and with
  /// whether its files can be executed.
  ///
  /// @param name what the folder is called in the tar
  /// @param wanted which of its files and links are added
  void tree(Path folder, String name, Predicate<Path> wanted) throws IOException {
    folder(name, PROGRAM, 0);
    List<Path> inside;
    try (Stream<Path> paths = Files.list(folder)) {
      inside = paths.sorted().toList();
    }
    for (Path path : inside) {
      String inner = name + "/" + path.getFileName();
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        tree(path, inner, wanted);
      } else if (wanted.test(path)) {
        if (Files.isSymbolicLink(path)) {
          link(inner, Files.readSymbolicLink(path).toString());
        } else {
          file(inner, Files.readAllBytes(path), Files.isExecutable(path) ? PROGRAM : DATA);
        }
      }
    }
  }

  /// Adds a file that everybody may read.
  void file(String name, byte[] content) throws IOException {
    file(name, content, DATA);
  }

  /// Adds a file.
  void file(String name, byte[] content, int mode) throws IOException {
    parents(name);
    header(name, mode, 0, '0', content.length, "");
    out.write(content);
    out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  /// Adds a symbolic link.
  void link(String name, String target) throws IOException {
    parents(name);
    header(name, 0777, 0, '2', 0, target);
  }

  /// Adds a folder, unless it is there.
  ///
  /// @param owner the number of its user and group
  void folder(String name, int mode, int owner) throws IOException {
    if (!name.isEmpty() && !name.equals(".") && folders.add(name)) {
      parents(name);
      header(name + "/", mode, owner, '5', 0, "");
    }
  }

  private void parents(String name) throws IOException {
    int end = name.lastIndexOf('/');
    if (end > 0) {
      folder(name.substring(0, end), PROGRAM, 0);
    }
  }

  private void header(String name, int mode, int owner, char kind, long size, String target)
      throws IOException {
    byte[] block = new byte[BLOCK];
    int cut =
        name.length() <= LONGEST_NAME ? 0 : name.indexOf('/', name.length() - LONGEST_NAME - 1);
    if (cut < 0 || cut > LONGEST_PREFIX || target.length() > LONGEST_NAME) {
      throw new PackagingException("a name is too long for a tar: " + name);
    }
    put(block, 0, cut == 0 ? name : name.substring(cut + 1));
    put(block, 100, octal(mode, 7));
    put(block, 108, octal(owner, 7));
    put(block, 116, octal(owner, 7));
    put(block, 124, octal(size, 11));
    put(block, 136, octal(date, 11));
    // As long as it is being computed, the checksum counts as spaces.
    put(block, 148, " ".repeat(8));
    block[156] = (byte) kind;
    put(block, 157, target);
    put(block, 257, "ustar\00000");
    put(block, 345, name.substring(0, cut));
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, octal(sum, 6) + "\0 ");
    out.write(block);
  }

  private static String octal(long number, int digits) {
    return String.format(Locale.ROOT, "%0" + digits + "o", number);
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  @Override
  public void close() throws IOException {
    try (out) {
      out.write(new byte[2 * BLOCK]);
    }
  }

  /// Compresses bytes as `gzip -9n` does.
  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new BestGzip(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static final class BestGzip extends GZIPOutputStream {
    private static final int BUFFER = 1 << 16;

    BestGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
