package dev.tertulia.server.http;

import dev.tertulia.server.audit.AuditEntry;
import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.json.JsonText;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Records what operators, and programs with a key, have changed: who, from where, what, and to
/// whom. Safe for any thread.
///
/// What is recorded of a body are fields that say to whom or what something was done; none of them
/// is secret. Responses, which can contain a new key, are not recorded.
final class OperatorAudit {
  private static final Set<String> FIELDS =
      Set.of("client", "token_id", "issuer", "issued_before", "name", "file");

  private final AuditLog audit;

  OperatorAudit(AuditLog audit) {
    this.audit = audit;
  }

  /// Records a request that was answered, if it is of that kind and was not refused.
  void answered(Route route, Call call, Response response) {
    if (route.need() == Action.General.ADMINISTER
        && response.status() < 400
        && !call.request().method().equals("GET")
        && !call.request().method().equals("HEAD")) {
      audit.record(
          AuditLog.Event.OPERATION,
          call.request().from().address(),
          line -> describe(line, route, call, response));
    }
  }

  private static void describe(AuditEntry line, Route route, Call call, Response response) {
    Principal principal = call.principal();
    line.add("by", principal.kind().name().toLowerCase(Locale.ROOT));
    Principal.KeyName key = principal.key();
    if (key != null) {
      line.add("key", key.name()).add("key_id", key.id());
    }
    line.add("request", route.method() + " " + route.template()).add("status", response.status());
    Map<String, String> about = new TreeMap<>(target(call.request().body()));
    about.putAll(call.path());
    about.forEach(line::add);
  }

  /// The fields of a body that say what it is about; none if it is not a JSON object.
  private static Map<String, String> target(byte[] body) {
    Map<String, String> about = new TreeMap<>();
    if (body.length == 0) {
      return about;
    }
    try (JsonParser parser = JsonText.parser(body, 0, body.length)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          if (parser.nextToken().isScalarValue() && FIELDS.contains(name)) {
            about.put(name, parser.getString());
          } else {
            parser.skipChildren();
          }
        }
      }
    } catch (JacksonException e) {
      // A body of another kind, which no such request has.
    }
    return about;
  }
}
