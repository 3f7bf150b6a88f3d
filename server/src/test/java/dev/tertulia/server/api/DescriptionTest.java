package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The description of the API, held against the table of routes.
final class DescriptionTest {
  /// What is for people and their browsers, and no part of the API.
  private static final Set<String> PAGES =
      Set.of(
          "GET /", "GET /service-worker.js", "GET /static/**", "GET /admin", "POST /admin/session");

  private static TestServer server;
  private static String yaml;
  private static Json json;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    try (Api api = new Api(server)) {
      Api.Answer answer = api.get("/openapi.yaml");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).isEqualTo("application/yaml; charset=utf-8");
      yaml = answer.body();
      answer = api.get("/openapi.json");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      json = Json.parse(answer.body());
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void everyRouteIsDescribedAndNoOther() {
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

  /// A token says who acts, and the client may be left out: what only reads in a room or is sent
  /// there must not ask for it. Where a client is not the one that acts, it is required as ever.
  @Test
  void theClientThatActsIsNotRequired() {
    Set<String> acting = new TreeSet<>();
    Set<String> requiring = new TreeSet<>();
    for (Route route : server.server().routeTable()) {
      if (route.need() instanceof Action.InRoom) {
        Json operation =
            part(
                part(part(json, "paths"), route.template()),
                route.method().toLowerCase(Locale.ROOT));
        String name = route.method() + " " + route.template();
        for (Json parameter :
            operation.has("parameters") ? operation.objects("parameters") : List.<Json>of()) {
          if (parameter.has("name") && parameter.text("name").equals("client")) {
            acting.add(name);
            if (parameter.has("required") && parameter.truth("required")) {
              requiring.add(name);
            }
          }
        }
        if (operation.has("requestBody")) {
          Json schema = schema(operation);
          if (part(schema, "properties").has("client")) {
            acting.add(name);
            if (schema.has("required") && schema.texts("required").contains("client")) {
              requiring.add(name);
            }
          }
        }
      }
    }
    assertThat(acting).hasSizeGreaterThanOrEqualTo(7);
    assertThat(requiring).isEmpty();
  }

  private static Json part(Json whole, String name) {
    if (whole.fields().get(name) instanceof Json part) {
      return part;
    }
    throw new AssertionError("there is no " + name);
  }

  /// What the body of an operation is in JSON.
  private static Json schema(Json operation) {
    Json schema =
        part(part(part(part(operation, "requestBody"), "content"), "application/json"), "schema");
    if (!schema.has("$ref")) {
      return schema;
    }
    String name = schema.text("$ref").replaceFirst(".*/", "");
    return part(part(part(json, "components"), "schemas"), name);
  }

  @Test
  void everyReferenceHasATarget() {
    Set<String> there = new HashSet<>();
    String part = "";
    for (String line : section("components").lines().toList()) {
      if (line.matches("  \\w+:")) {
        part = line.strip().replace(":", "");
      } else if (line.matches("    \\w+:") && !part.equals("securitySchemes")) {
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
  void everyRequestIsDescribedInBothLanguages() {
    List<String> summaries = lines("summary");
    assertThat(lines("x-summary-es")).hasSameSizeAs(summaries).hasSameSizeAs(described());
    assertThat(yaml).startsWith("# ").contains("\nopenapi: 3.1.0\n");
  }

  /// What needs no knowledge of YAML to compare: names, the values of those that stand in a line,
  /// and their order.
  @Test
  void theJsonEqualsTheYaml() {
    List<String> expected = new ArrayList<>();
    for (String line : yaml.lines().filter(line -> !line.startsWith("#")).toList()) {
      String entry = line.strip().replaceFirst("^- ", "");
      Matcher pair = Pattern.compile("('[^']*'|[^:']+):(?: (.*))?").matcher(entry);
      if (pair.matches()) {
        expected.add(unquoted(pair.group(1)));
        entry = pair.group(2) == null ? "" : pair.group(2);
      }
      for (String value :
          entry.startsWith("[")
              ? entry.substring(1, entry.length() - 1).split(", ", -1)
              : new String[] {entry}) {
        if (!value.isEmpty()) {
          expected.add(value.matches("true|false|-?\\d+") ? "literal " + value : unquoted(value));
        }
      }
    }
    List<String> told = new ArrayList<>();
    tell(json, told);
    assertThat(told).isEqualTo(expected);
    assertThat(json.objects("tags")).isNotEmpty();
  }

  private static void tell(@Nullable Object value, List<String> told) {
    switch (value) {
      case Json part ->
          part.fields()
              .forEach((name, field) -> {
                told.add(name);
                tell(field, told);
              });
      case List<?> list -> list.forEach(each -> tell(each, told));
      case null -> {
        // A name without a value.
      }
      case String text -> told.add(text);
      default -> told.add("literal " + value);
    }
  }

  private static String unquoted(String text) {
    return text.startsWith("'") ? text.substring(1, text.length() - 1).replace("''", "'") : text;
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
