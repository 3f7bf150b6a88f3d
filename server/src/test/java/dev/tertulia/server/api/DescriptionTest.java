package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The description of the API, held against the table of routes.
final class DescriptionTest {
  /// What is for people and their browsers, and no part of the API.
  private static final Set<String> PAGES = Set.of("GET /", "GET /static/**");

  private static TestServer server;
  private static String yaml;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    try (Api api = new Api(server)) {
      Api.Answer answer = api.get("/openapi.yaml");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).isEqualTo("application/yaml; charset=utf-8");
      yaml = answer.body();
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void everyRouteIsDescribedAndNothingElseIs() {
    Set<String> routes = new TreeSet<>(server.server().routes());
    routes.removeAll(PAGES);
    assertThat(described()).isEqualTo(routes);
  }

  @Test
  void everyNameInAPathIsAParameter() {
    for (String path : section("paths").split("(?m)^  (?=/)", -1)) {
      Matcher names = Pattern.compile("\\{(\\w+)}").matcher(path.lines().findFirst().orElse(""));
      while (names.find()) {
        String name = names.group(1);
        String reference = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        assertThat(path)
            .as("the path of %s", names.group())
            .containsAnyOf(
                "#/components/parameters/" + reference + "'",
                "name: " + name + "\n        in: path");
      }
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    Set<String> there = new HashSet<>();
    String part = "";
    for (String line : section("components").lines().toList()) {
      if (line.matches("  \\w+:")) {
        part = line.strip().replace(":", "");
      } else if (line.matches("    \\w+:")) {
        there.add("#/components/" + part + "/" + line.strip().replace(":", ""));
      }
    }
    Set<String> wanted = new HashSet<>();
    Matcher references = Pattern.compile("\\$ref: '([^']+)'").matcher(yaml);
    while (references.find()) {
      wanted.add(references.group(1));
    }
    assertThat(wanted).isNotEmpty();
    assertThat(there).isEqualTo(wanted);
  }

  @Test
  void everyRequestIsToldInBothLanguages() {
    List<String> summaries = lines("summary");
    assertThat(lines("x-summary-es")).hasSameSizeAs(summaries).hasSameSizeAs(described());
    assertThat(yaml).startsWith("# ").contains("\nopenapi: 3.1.0\n");
  }

  private static List<String> lines(String name) {
    return yaml.lines().filter(line -> line.startsWith("      " + name + ": ")).toList();
  }

  private static Set<String> described() {
    Set<String> described = new TreeSet<>();
    String path = "";
    for (String line : section("paths").lines().toList()) {
      if (line.matches("  /\\S*:")) {
        path = line.strip().replaceFirst(":$", "");
      } else if (line.matches("    (get|put|post|delete|patch|head|options):")) {
        described.add(line.strip().replace(":", "").toUpperCase(Locale.ROOT) + " " + path);
      }
    }
    return described;
  }

  /// A part of the description, up to the next one.
  private static String section(String name) {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    for (String line : yaml.lines().toList()) {
      if (!line.startsWith(" ")) {
        inside = line.equals(name + ":");
      } else if (inside) {
        lines.add(line);
      }
    }
    return String.join("\n", lines) + "\n";
  }
}
