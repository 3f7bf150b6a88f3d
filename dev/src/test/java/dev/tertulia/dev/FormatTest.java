package dev.tertulia.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every Java source is formatted by google-java-format, and imports what it needs, in order.
/// `./tertulia format` runs the same test with `-Dformat.write=true`, and rewrites the others.
///
/// It is here because it needs nothing of the server, and so runs while that is compiled.
final class FormatTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void everySourceIsFormatted() throws IOException, FormatterException {
    boolean write = Boolean.getBoolean("format.write");
    List<Path> unformatted = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      String formatted = new Formatter().formatSourceAndFixImports(text);
      if (!formatted.equals(text)) {
        if (write) {
          Files.writeString(source, formatted);
        } else {
          unformatted.add(PROJECT.relativize(source));
        }
      }
    }
    assertThat(unformatted).as("sources to run ./tertulia format on").isEmpty();
  }

  /// Those outside of builds, which may be going on.
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.endsWith("target") || folder.endsWith(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(sources).as("what was found below %s", PROJECT).isNotEmpty();
    return sources;
  }
}
