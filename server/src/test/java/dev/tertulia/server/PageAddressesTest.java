package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The page works below any path of a host, whoever removes that path from requests: so none of its
/// files has an address that begins at the root.
final class PageAddressesTest {
  private static final Path WEB = Path.of("../web");

  /// What looks like such an address, in quotes or parentheses, or as an unquoted attribute.
  private static final Pattern ABSOLUTE =
      Pattern.compile(
          "(?:[\"'`(]|=)(/(?:static|ws|api|docs|openapi|health|sign-in|metrics|admin|service-worker)\\b[^\"'`)\\s]*|(?<=href=\"|src=\"|fetch\\('|_url\":"
              + " \"|scope\": \")/)");

  private static final Pattern ORIGIN = Pattern.compile("location\\.(?:origin|host)\\b");

  private static List<String> found(Pattern wanted) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(WEB)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (file.toString().matches(".*\\.(html|css|js|webmanifest|svg)")) {
          String code = Files.readString(file).replaceAll("(?m)^\\s*(\\*|/\\*|//).*$", "");
          Matcher matcher = wanted.matcher(code);
          while (matcher.find()) {
            found.add(WEB.relativize(file) + ": " + matcher.group());
          }
        }
      }
    }
    return found;
  }

  @Test
  void noAddressBeginsAtTheRootOfTheHost() throws IOException {
    assertThat(found(ABSOLUTE)).isEmpty();
  }

  /// The service worker compares origins only.
  @Test
  void nothingTakesTheHostForTheServer() throws IOException {
    assertThat(found(ORIGIN)).containsExactly("service-worker.js: location.origin");
  }
}
