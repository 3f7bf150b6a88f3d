package dev.tertulia.packaging;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// What `./tertulia package` runs after the build.
public final class Main {
  private static final Set<String> KINDS = Set.of("archive", "deb", "image");
  private static final String WITHOUT_CACHE = "--without-cache";

  /// A date of every file, in seconds: the commit's.
  private static final String DATE = "SOURCE_DATE_EPOCH";

  private Main() {}

  /// Makes packages, and prints the path of each.
  ///
  /// @param arguments the folder of the project, that of the built server and the one to write to;
  ///   then what to make (`archive`, `deb`, `image`; by default all), and `--without-cache` for an
  ///   archive and an image that two builds of one commit make with the same bytes
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try {
      make(Arrays.asList(arguments));
    } catch (PackagingException e) {
      System.err.println("tertulia: " + e.getMessage());
      System.exit(2);
    }
  }

  private static void make(List<String> arguments) throws IOException, InterruptedException {
    Path project = Path.of(arguments.get(0)).toAbsolutePath();
    Path server = Path.of(arguments.get(1)).toAbsolutePath();
    Path out = Path.of(arguments.get(2)).toAbsolutePath();
    Set<String> kinds = new TreeSet<>(arguments.subList(3, arguments.size()));
    boolean cached = !kinds.remove(WITHOUT_CACHE);
    if (!KINDS.containsAll(kinds)) {
      throw new PackagingException(
          "package accepts 'archive', 'deb', 'image' and '%s', and not '%s'"
              .formatted(WITHOUT_CACHE, String.join(" ", kinds)));
    }
    if (kinds.isEmpty()) {
      kinds.addAll(KINDS);
    }
    String date = System.getenv(DATE);
    if (date == null || !date.matches("\\d{1,11}")) {
      throw new PackagingException(DATE + " must say the date of the commit, in seconds");
    }
    Files.createDirectories(out);
    Path work = out.resolve("work");
    Files.createDirectories(work);
    Layout layout = Layout.of(project, server, work, Long.parseLong(date));
    Path runtime = work.resolve("runtime");
    JavaRuntime.make(runtime);
    layout.lay(runtime);
    if (kinds.contains("deb")) {
      System.out.println(new DebianPackage(layout).write(out));
    }
    if (cached && (kinds.contains("archive") || kinds.contains("image"))) {
      layout.rehearse();
    }
    if (kinds.contains("archive")) {
      System.out.println(archive(layout, out));
    }
    if (kinds.contains("image")) {
      System.out.println(new ContainerImage(layout, work.resolve("root")).write(out));
    }
  }

  private static Path archive(Layout layout, Path out) throws IOException {
    String name =
        "tertulia-%s-linux-%s".formatted(layout.version(), layout.architecture().archive());
    Path file = out.resolve(name + ".tar.gz");
    Predicate<Path> all = path -> true;
    try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file));
        TarWriter tar = TarWriter.compressed(bytes, layout.date())) {
      tar.tree(layout.stage(), layout.stage().getFileName().toString(), all);
    }
    return file;
  }
}
