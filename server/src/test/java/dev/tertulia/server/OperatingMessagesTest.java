package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the operator's handbook quotes, the server writes.
final class OperatingMessagesTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ROW = Pattern.compile("^\\| (.*?) \\| ", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern ALERT = Pattern.compile("\\bTertulia(?:[A-Z]\\w+)");

  /// Where a literal goes on in the next line.
  private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");

  /// A message is a sentence; what has no spaces is a name.
  private static final Pattern SENTENCE = Pattern.compile("\\w+ \\w+.*");

  private static final Set<String> OF_OTHERS = Set.of("Out of memory", "Killed process");

  @ParameterizedTest
  @CsvSource({"operating.md, ## What to do when", "operating.es.md, ## Qué hacer cuando"})
  void everyQuotedMessageIsWritten(String page, String heading) throws IOException {
    String text = Files.readString(PROJECT.resolve("docs").resolve(page));
    int begin = text.indexOf(heading);
    assertThat(begin).as(heading).isPositive();
    String written = sources();
    Set<String> invented = new TreeSet<>();
    int quoted = 0;
    for (MatchResult row : ROW.matcher(text.substring(begin)).results().toList()) {
      for (MatchResult code : CODE.matcher(row.group(1)).results().toList()) {
        for (String part : parts(code.group(1))) {
          quoted++;
          if (!written.contains(part) && !OF_OTHERS.contains(part)) {
            invented.add(part);
          }
        }
      }
    }
    assertThat(invented).isEmpty();
    assertThat(quoted).isGreaterThan(50);
  }

  @Test
  void everyNamedAlertExists() throws IOException {
    String rules = Files.readString(PROJECT.resolve("ops/prometheus/rules.yml"));
    for (String page : List.of("operating.md", "operating.es.md")) {
      String text = Files.readString(PROJECT.resolve("docs").resolve(page));
      assertThat(ALERT.matcher(text).results().map(MatchResult::group))
          .hasSizeGreaterThan(5)
          .allSatisfy(alert -> assertThat(rules).contains("alert: " + alert + "\n"));
    }
  }

  /// What a quotation has between its gaps.
  private static List<String> parts(String quotation) {
    return Pattern.compile("…|: ")
        .splitAsStream(quotation)
        .map(part -> part.replaceAll("^[ ,;:()]+|[ ,;:()]+$", ""))
        .filter(part -> SENTENCE.matcher(part).matches())
        .toList();
  }

  /// The literals of the server, with `log` for what they leave open as well.
  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(PROJECT.resolve("server/src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        all.append(JOINED.matcher(Files.readString(file)).replaceAll(""));
      }
    }
    String literals = all.toString();
    return literals + literals.replace("{}", "log").replace("%s", "log");
  }
}
