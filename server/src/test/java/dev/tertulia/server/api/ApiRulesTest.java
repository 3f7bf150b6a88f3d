package dev.tertulia.server.api;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What all requests of the API have in common, tried with each that is in the table: one that is
/// added is held to it too.
@Tag(ServerStore.PROTOCOL)
final class ApiRulesTest {
  private static final String ORIGIN = "https://app.example.org";

  /// For each `POST` a body in which nothing is wrong.
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          entry("POST rooms/{room}/messages", "{'client':'c','message':'%s'}"),
          entry("PATCH rooms/{room}/messages/{target}", "{'client':'c','message':'%s'}"),
          entry("POST rooms/{room}/messages/{target}/reactions", "{'client':'c','emoji':'%s'}"),
          entry("POST rooms/{room}/typing", "{'client':'c','sender':'%s'}"),
          entry("PUT rooms/{room}/read", "{'client':'c','offset':1}"),
          entry("POST clients/{client}/notifications", "{'message':'%s'}"),
          entry("POST clients/{client}/inbox/read", "{'up_to':'k:1@c'}"),
          entry("POST clients/{client}/inbox/ack", "{'device':'%s','pos':'k:1+'}"),
          entry("POST clients/{client}/inbox/shown", "{'device':'%s','id':'k:1@c'}"),
          entry("POST notifications", "{'to':['c'],'message':'%s'}"),
          entry("POST broadcasts", "{'message':'%s'}"),
          entry("POST admin/clients/{client}/notifications", "{'message':'%s'}"),
          entry("POST admin/erasures", "{'client':'%s'}"),
          entry("POST admin/imports", "{'file':'/%s'}"),
          entry("POST admin/keys", "{'name':'%s','scopes':['read']}"),
          entry("POST admin/revocations", "{'client':'%s'}"));

  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of(Setting.ORIGINS, ORIGIN));
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  /// A row of the table.
  record Row(String method, String template) {
    /// An address of this template at which all is well.
    String path() {
      return template
              .replace("{room}", "r")
              .replace("{client}", "c")
              .replace("{id}", "k3f9:1@c")
              .replace("{target}", "1")
              .replace("{name}", "n")
          + query();
    }

    /// Its address with a name that is something else.
    String path(String name, String value) {
      return new Row(method, template.replace("{" + name + "}", value)).path();
    }

    private String query() {
      boolean deletes = method.equals("DELETE") && template.endsWith("/{target}");
      return deletes || template.endsWith("/stream") ? "?client=c" : "";
    }

    /// Its address with one field more.
    String pathWith(String field) {
      return path() + (query().isEmpty() ? "?" : "&") + field;
    }

    boolean hasBody() {
      return BODIES.containsKey(key());
    }

    /// Whether it sends something that has a text.
    boolean sends() {
      return method.equals("POST") && hasBody() && body("x").contains("\"message\"");
    }

    String body(String text) {
      return requireNonNull(BODIES.get(key()), () -> "a body for " + key())
          .replace('\'', '"')
          .formatted(text);
    }

    private String key() {
      return toString().replace("/api/v1/", "");
    }

    @Override
    public String toString() {
      return method + " " + template;
    }
  }

  private static Stream<Row> rows() {
    return server.server().routes().stream()
        .filter(row -> row.contains(" /api/"))
        .map(row -> row.split(" ", 2))
        .map(parts -> new Row(parts[0], parts[1]));
  }

  private static Stream<Row> sends() {
    return rows().filter(Row::sends);
  }

  private static Stream<Row> bodies() {
    return rows().filter(Row::hasBody);
  }

  private static Stream<Row> others() {
    return rows().filter(row -> !row.hasBody());
  }

  private static Api.Answer ask(Row row, String path, String... headers) {
    return row.hasBody()
        ? withBody(row, path, row.body("x"), headers)
        : api.send(row.method, path, null, headers);
  }

  private static Api.Answer withBody(Row row, String path, String json, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Content-Type", "application/json"));
    return api.send(row.method, path, json, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anotherMethodIsRefusedWithTheAllowedMethods(Row row) {
    TreeSet<String> answered = new TreeSet<>();
    rows()
        .filter(other -> other.template.equals(row.template))
        .forEach(other -> answered.add(other.method));
    if (answered.contains("GET") && !row.template.endsWith("/stream")) {
      answered.add("HEAD");
    }
    for (String method : List.of("PATCH", "PUT", "POST", "DELETE", "GET", "HEAD")) {
      if (!answered.contains(method)) {
        Api.Answer answer = api.send(method, row.path(), null);
        assertThat(answer.status()).as(method).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo(String.join(", ", answered));
        if (!method.equals("HEAD")) {
          answer.problem(405, "invalid");
        }
      }
    }
    ask(row, row.path().replaceFirst("(\\?|$)", "/x/y/z$1")).problem(404, "not_found");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anInvalidNameIsRefused(Row row) {
    for (String name : List.of("room", "client")) {
      if (row.template.contains("{" + name + "}")) {
        for (String none : List.of("a%20b", "%C3%B1", "%2E%2E", "x".repeat(129))) {
          Json problem = ask(row, row.path(name, none)).problem(400, "invalid");
          assertThat(problem.text("detail")).contains(name);
        }
      }
    }
    if (row.template.contains("{client}")) {
      for (String reserved : List.of("~erased", "~lost", "~api", "~", "~ana")) {
        Json problem = ask(row, row.path("client", reserved)).problem(400, "invalid");
        assertThat(problem.text("detail")).contains(reserved);
      }
    }
    if (row.template.contains("{id}")) {
      for (String none : List.of("nonsense", "k3f9:1", "k3f9:0@c", "k3f9:1@a%20b", "@")) {
        ask(row, row.path("id", none)).problem(404, "not_found");
      }
      // A text with U+0000 is invalid wherever it stands.
      ask(row, row.path("id", "%00")).problem(400, "invalid");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anUnknownFieldIsRefusedByName(Row row) {
    Json problem = ask(row, row.pathWith("nonsense=1")).problem(400, "invalid");
    assertThat(problem.text("detail")).contains("'nonsense'");
    ask(row, row.pathWith("nonsense")).problem(400, "invalid");
  }

  @ParameterizedTest
  @MethodSource("sends")
  void dataIsAcceptedInTheBodyOnly(Row row) {
    Json problem = ask(row, row.pathWith("data=1")).problem(400, "invalid");
    assertThat(problem.text("detail")).contains("'data'");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aForbiddenRequestIsRefusedWithTheReason(Row row) {
    ask(row, row.path(), "X-Forwarded-For", "192.0.2.1").problem(403, "forbidden");
    ask(row, row.path(), "Origin", "https://evil.example.org").problem(403, "forbidden");
    Api.Answer preflight =
        api.send(
            "OPTIONS",
            row.path(),
            null,
            "Origin",
            ORIGIN,
            "Access-Control-Request-Method",
            row.method);
    assertThat(preflight.status()).isEqualTo(204);
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    assertThat(preflight.header("Access-Control-Allow-Methods").split(", ")).contains(row.method);
    assertThat(preflight.header("Vary")).contains("Origin");
  }

  @ParameterizedTest
  @MethodSource("others")
  void aRequestWithoutABodyRefusesOne(Row row) {
    for (String body : List.of("{}", "x")) {
      api.send(row.method, row.path(), body, "Content-Type", "application/json")
          .problem(400, "invalid");
    }
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void anInvalidBodyIsRefused(Row row) {
    String good = row.body("x");
    for (String body :
        List.of("", "{", "[]", "null", "\"x\"", good + "x", good + good, "\ufeff" + good)) {
      withBody(row, row.path(), body).problem(400, "invalid");
    }
    for (String more : List.of("\"nonsense\":1", "\"message\":\"y\"", "\"ref\":1", "\"type\":1")) {
      String name = more.substring(0, more.lastIndexOf(':')).replace("\"", "");
      Json problem =
          withBody(row, row.path(), good.replaceFirst("}$", "," + more + "}"))
              .problem(400, "invalid");
      assertThat(problem.text("detail")).contains("'" + name.split(":", 2)[0] + "'");
    }
    for (String type :
        List.of("application/xml", "text/html", "text/plain; charset=latin1", "*/*")) {
      api.send(row.method, row.path(), good, "Content-Type", type).problem(415, "invalid");
    }
    api.send(row.method, row.path(), good).problem(415, "invalid");
  }

  @ParameterizedTest
  @MethodSource("sends")
  void aTextIsBoundedAndUnicode(Row row) {
    api.post(row.path(), row.body("x".repeat(65_537))).problem(413, "too_large");
    api.post(row.path(), row.body("x".repeat(600_000))).problem(413, "too_large");
    api.post(row.path(), row.body("\\ud800")).problem(400, "invalid");
    api.post(row.path(), row.body("x").replace("}", ",\"data\":{}}")).ok(201);
  }

  @ParameterizedTest
  @MethodSource("sends")
  void aRepeatedIdempotencyKeyReturnsTheFirstAnswer(Row row) {
    String key = row.template;
    Json first = api.post(row.path(), row.body("x"), "Idempotency-Key", key).ok(201);
    for (String again : List.of(key, '"' + key + '"')) {
      assertThat(api.post(row.path(), row.body("x"), "Idempotency-Key", again).ok(201).text())
          .isEqualTo(first.text());
    }
    String withId = row.body("x").replaceFirst("}$", ",\"id\":\"" + key + "\"}");
    assertThat(api.post(row.path(), withId).ok(201).text()).isEqualTo(first.text());
    api.post(row.path(), row.body("y"), "Idempotency-Key", key).problem(409, "conflict");
    api.post(row.path(), withId, "Idempotency-Key", "other").problem(400, "invalid");
    for (String bad : List.of("", "\"\"", "k".repeat(129))) {
      api.post(row.path(), row.body("x"), "Idempotency-Key", bad).problem(400, "invalid");
    }
    Json other = api.post(row.path(), row.body("x"), "Idempotency-Key", key + "2").ok(201);
    assertThat(other.text()).isNotEqualTo(first.text());
  }
}
