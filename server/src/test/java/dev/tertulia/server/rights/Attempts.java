package dev.tertulia.server.rights;

import dev.tertulia.server.http.Route;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.testing.TestTokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What `mallory`, a client without rights, tries in order to read or change what belongs to
/// others: any route of the table and any type of request, with the ids of the victims wherever an
/// id can stand, in any spelling, and with credentials that must not open anything.
final class Attempts {
  /// Names of fields that no request has, or not this one.
  private static final List<String> FIELDS =
      Stream.concat(
              Stream.of(Field.Name.values()).map(Field.Name::wireName),
              Stream.of(
                  "can",
                  "kind",
                  "system",
                  "principal",
                  "role",
                  "admin",
                  "sub",
                  "claims",
                  "rooms",
                  "__proto__",
                  "members",
                  "member",
                  "user",
                  "method",
                  "_method",
                  "Client",
                  "key"))
          .filter(name -> !name.equals("ref"))
          .toList();

  private static final HexFormat HEX = HexFormat.of();

  private static final List<String> METHODS =
      List.of(
          "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "Post",
          "BREW");

  /// The fields of a handshake.
  static final String UPGRADE =
      """
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      """;

  private static final List<String> OWN_ROOMS = List.of("hall", "lobby", "mallory-s");

  private final RandomGenerator random;
  private final List<Route> routes;
  private final Known known;
  private final List<String> own;
  private final List<String> useless;

  /// What mallory knows of the victims.
  ///
  /// @param revoked a token and keys that were valid once
  record Known(
      List<String> rooms,
      List<String> clients,
      List<String> notifications,
      List<String> ids,
      List<String> revoked) {}

  /// A request over HTTP.
  ///
  /// @param fields of the header, each with its end of line
  record Http(String method, String target, String fields, @Nullable String body) {
    String text(int port) {
      byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
      return "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s%s\r\n%s"
          .formatted(
              method,
              target,
              port,
              fields,
              body == null ? "" : "Content-Length: " + bytes.length + "\r\n",
              body == null ? "" : body);
    }
  }

  Attempts(RandomGenerator random, List<Route> routes, Known known) {
    this.random = random;
    this.routes = routes.stream().filter(route -> route.template().startsWith("/api/")).toList();
    this.known = known;
    Instant later = Instant.now().plusSeconds(3_600);
    own =
        List.of(
            TestTokens.of("mallory"),
            TestTokens.of("mallory", later, ",'can':[]"),
            TestTokens.of("mallory", later, ",'can':['room:*:join','room:*:send','notify:m*']"));
    useless = useless();
  }

  /// Credentials that open nothing: expired, revoked, forged, changed.
  private List<String> useless() {
    List<String> all = new ArrayList<>(known.revoked());
    String mine = own.getFirst();
    for (String client : known.clients()) {
      String good = TestTokens.of(client);
      String payload = good.substring(good.indexOf('.') + 1, good.lastIndexOf('.'));
      String none =
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
      all.add(TestTokens.of(client, Instant.ofEpochSecond(1)));
      all.add(
          TestTokens.of(
              client, Instant.now().plusSeconds(3_600), ",'nbf':" + Long.MAX_VALUE / 1_000_000));
      all.add(none + "." + payload + ".");
      all.add(none + "." + payload + mine.substring(mine.lastIndexOf('.')));
      all.add(
          mine.substring(0, mine.indexOf('.'))
              + "."
              + payload
              + mine.substring(mine.lastIndexOf('.')));
      all.add(good + "=");
      all.add(good.substring(0, good.length() - 1));
    }
    all.addAll(List.of("", "null", "..", "backend", "~api", "x".repeat(43)));
    return List.copyOf(all);
  }

  /// A token of mallory.
  String token() {
    return one(own);
  }

  /// Makes a request over HTTP.
  Http request() {
    Route route = one(routes);
    String method = chance(85) ? route.method() : one(METHODS);
    List<String> query = new ArrayList<>();
    StringBuilder fields = new StringBuilder();
    credentials(fields, query);
    while (chance(30)) {
      query.add(one(FIELDS) + "=" + inAddress(one(victims())));
    }
    if (chance(10) && !query.isEmpty()) {
      query.add(one(query));
    }
    while (chance(20)) {
      fields.append(header());
    }
    String body = WithoutRightsTest.body(route);
    if (body != null || chance(10)) {
      body = body(body == null ? "{}" : body);
      if (chance(95)) {
        fields.append("Content-Type: application/json\r\n");
      }
    }
    return new Http(method, path(route) + query(query), fields.toString(), body);
  }

  /// Makes a request that opens a stream of events.
  Http stream() {
    List<String> query = new ArrayList<>();
    StringBuilder fields = new StringBuilder("Accept: text/event-stream\r\n");
    credentials(fields, query);
    if (chance(70)) {
      query.add("client=" + inAddress(one(known.clients())));
    }
    if (chance(70)) {
      query.add("rooms=" + inAddress(one(known.rooms())));
    }
    if (chance(50)) {
      query.add("inbox=" + inAddress(one(known.clients())));
    }
    if (chance(20)) {
      query.add("device=" + one(known.ids()));
    }
    if (chance(30)) {
      fields.append("Last-Event-ID: ").append(one(victims())).append("\r\n");
    }
    return new Http("GET", "/api/v1/stream" + query(query), fields.toString(), null);
  }

  /// Makes a handshake of a WebSocket.
  Http handshake() {
    List<String> query = new ArrayList<>();
    StringBuilder fields = new StringBuilder(UPGRADE);
    credentials(fields, query);
    if (chance(80)) {
      query.add("v=1");
    }
    if (chance(20)) {
      query.add("client=" + inAddress(one(known.clients())));
    }
    String path = chance(20) ? "/ws" : "/ws/" + inAddress(one(known.clients()));
    return new Http("GET", path + query(query), fields.toString(), null);
  }

  /// Makes a message of the full protocol, or of the base protocol, without its braces.
  String message() {
    List<String> fields =
        new ArrayList<>(List.of(split(one(Requests.ALL).fields().replace('\'', '"'))));
    fields.replaceAll(this::inJson);
    if (fields.getFirst().contains("hello")) {
      if (chance(50)) {
        fields.add("\"token\":\"%s\"".formatted(one(useless)));
      }
      if (chance(50)) {
        fields.add(
            "\"rooms\":{\"%s\":%s}".formatted(one(known.rooms()), chance(50) ? "null" : "\"0\""));
      }
      fields.add("\"inbox\":" + (chance(50) ? "null" : "\"0:0+0:0\""));
      fields.add("\"device\":\"%s\"".formatted(one(known.ids())));
    }
    extend(fields);
    if (chance(2)) {
      fields.set(0, fields.getFirst().toUpperCase(Locale.ROOT));
    }
    return String.join(",", fields);
  }

  /// Between fields, not within arrays.
  private static String[] split(String fields) {
    return fields.split(",(?=\")");
  }

  private String body(String sample) {
    String inside = sample.substring(1, sample.length() - 1).replace('\'', '"');
    List<String> fields = new ArrayList<>();
    if (!inside.isEmpty()) {
      fields.addAll(List.of(inside.split(",(?=\"\\w+\":)")));
      fields.replaceAll(this::inJson);
    }
    if (chance(25)) {
      fields.add("\"%s\":\"%s\"".formatted(chance(70) ? "client" : "from", one(known.clients())));
    }
    extend(fields);
    String body = "{" + String.join(",", fields) + "}";
    return chance(2) ? "[" + body + "]" : chance(2) ? body + body : body;
  }

  private void extend(List<String> fields) {
    while (chance(35)) {
      String value = json(one(victims()));
      value =
          switch (random.nextInt(8)) {
            case 0 -> "[" + value + "]";
            case 1 -> "{\"client\":" + value + "}";
            case 2 -> "true";
            case 3 -> Integer.toString(random.nextInt(9));
            default -> value;
          };
      fields.add(random.nextInt(fields.size() + 1), "\"%s\":%s".formatted(one(FIELDS), value));
    }
    if (chance(10) && !fields.isEmpty()) {
      fields.add(inJson(one(fields)));
    }
  }

  /// A field, about something of the victims.
  private String inJson(String field) {
    String said = field;
    if (said.contains("1:1@ana")) {
      said = said.replace("\"1:1@ana\"", json(one(known.notifications())));
    } else if (said.contains("\"ana\"")) {
      said = said.replace("\"ana\"", json(one(known.clients())));
    } else if (said.contains("\"team.x\"")) {
      said = said.replace("\"team.x\"", json(one(known.rooms())));
    } else if (said.startsWith("\"target\"") || said.startsWith("\"offset\"")) {
      said = said.substring(0, 9) + random.nextInt(9);
    }
    return said;
  }

  private String json(String id) {
    return chance(80)
        ? "\"" + id + "\""
        : switch (random.nextInt(8)) {
          case 0 -> "\"\\u00" + HEX.toHexDigits((byte) id.charAt(0)) + id.substring(1) + "\"";
          case 1 -> "\"" + id.toUpperCase(Locale.ROOT) + "\"";
          case 2 -> "\"" + id + "\\u0000\"";
          case 3 -> "\" " + id + "\"";
          case 4 -> "[\"" + id + "\"]";
          case 5 -> "\"\uff41" + id.substring(1) + "\"";
          case 6 -> "\"" + id.substring(0, 1) + "*\"";
          default -> "null";
        };
  }

  private String path(Route route) {
    String path =
        route
            .template()
            .replace("{room}", inAddress(one(chance(70) ? known.rooms() : OWN_ROOMS)))
            .replace("{client}", inAddress(chance(80) ? one(known.clients()) : "mallory"))
            .replace("{target}", Integer.toString(random.nextInt(9)))
            .replace("{id}", inAddress(one(known.notifications())))
            .replace("{name}", "backend");
    return chance(93)
        ? path
        : switch (random.nextInt(8)) {
          case 0 -> path + "/";
          case 1 -> path.replaceFirst("/api", "//api");
          case 2 -> "/static/.." + path;
          case 3 -> "/static/%2e%2e" + path;
          case 4 -> path.replaceFirst("/v1", "/v1/./");
          case 5 -> path.toUpperCase(Locale.ROOT);
          case 6 -> "http://127.0.0.1" + path;
          default -> path + "/../" + inAddress("mallory");
        };
  }

  private String inAddress(String id) {
    String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8);
    return chance(75)
        ? encoded
        : switch (random.nextInt(12)) {
          case 0 -> percent(id);
          case 1 -> percent(percent(id));
          case 2 -> id.toUpperCase(Locale.ROOT);
          case 3 -> encoded + "%00";
          case 4 -> encoded + "%20";
          case 5 -> "mallory%2f..%2f" + encoded;
          case 6 -> "mallory/../" + encoded;
          case 7 -> encoded + ";mallory";
          case 8 -> "%EF%BD%81" + encoded.substring(1);
          case 9 -> encoded.substring(0, 1) + "*";
          case 10 -> encoded + "%0d%0aX-Client:" + encoded;
          default -> "%D0%B0" + encoded.substring(1);
        };
  }

  private static String percent(String text) {
    StringBuilder all = new StringBuilder();
    text.chars().forEach(c -> all.append('%').append(HEX.toHexDigits((byte) c)));
    return all.toString();
  }

  private static String query(List<String> query) {
    return query.isEmpty() ? "" : "?" + String.join("&", query);
  }

  private List<String> victims() {
    return switch (random.nextInt(4)) {
      case 0 -> known.rooms();
      case 1 -> known.notifications();
      case 2 -> known.ids();
      default -> known.clients();
    };
  }

  /// Who mallory says it is: mostly itself, sometimes somebody else, or both.
  private void credentials(StringBuilder fields, List<String> query) {
    boolean bad = chance(12);
    if (!bad || chance(20)) {
      present(one(own), fields, query);
    }
    if (bad) {
      present(one(useless), fields, query);
    }
  }

  private void present(String secret, StringBuilder fields, List<String> query) {
    switch (random.nextInt(20)) {
      case 0 -> query.add("token=" + secret);
      case 1 -> fields.append("Cookie: session=%s; client=ana\r\n".formatted(secret));
      case 2 ->
          fields.append(
              "Sec-WebSocket-Protocol: tertulia.1, tertulia.token.%s\r\n".formatted(secret));
      default -> fields.append("Authorization: Bearer ").append(secret).append("\r\n");
    }
  }

  private String header() {
    String id = one(victims());
    return switch (random.nextInt(12)) {
          case 0 -> "Idempotency-Key: " + id;
          case 1 -> "X-Client: " + id;
          case 2 -> "X-Forwarded-User: " + id;
          case 3 -> "X-HTTP-Method-Override: DELETE";
          case 4 -> "X-Original-URL: /api/v1/clients/ana/inbox";
          case 5 -> "X-Rewrite-URL: /api/v1/rooms";
          case 6 -> "X-Forwarded-For: 127.0.0.1";
          case 7 -> "Forwarded: for=127.0.0.1;host=localhost";
          case 8 -> "Last-Event-ID: " + id;
          case 9 -> "From: " + id;
          case 10 -> "Authorization: Basic YW5hOmFuYQ==";
          default -> "Origin: null";
        }
        + "\r\n";
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
