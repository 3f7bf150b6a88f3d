package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every Java source is as google-java-format writes it, and imports what it needs, in order.
/// `./tertulia format` runs the same with `-Dformat.write=true`, and rewrites what is not.
final class FormatTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void everySourceIsFormatted() throws IOException, FormatterException {
    boolean write = Boolean.getBoolean("format.write");
    List<Path> unformatted = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      String formatted = formatted(text);
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

  /// Imports that nothing needs are gone, and the others in order; an import that only a `///`
  /// comment needs stays. Texts are left as they are broken: statements of SQL and tables of
  /// expected values are laid out to be read.
  private static String formatted(String text) throws FormatterException {
    return new Formatter()
        .formatSource(
            ImportOrderer.reorderImports(
                RemoveUnusedImports.removeUnusedImports(text), JavaFormatterOptions.Style.GOOGLE));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }
}
