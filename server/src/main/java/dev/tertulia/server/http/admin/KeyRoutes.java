package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.auth.key.ApiKeys;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.topic.LogException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Routes for API keys: making, listing and revoking them.
///
/// Making a key that exists is a conflict, also if the request has the `Idempotency-Key` of the one
/// that made it: the key is shown once, and is not kept.
public final class KeyRoutes {
  private static final Field<Long> EXPIRES = Field.integer(Name.EXPIRES, 0, Long.MAX_VALUE);

  private final ApiKeys keys;
  private final InstantSource clock;
  private final KeyMessages messages;
  private final Field<String> name;
  private final Field<Set<KeyScopes.Scope>> scopes;
  private final Field<List<NamePattern>> rooms;

  public KeyRoutes(ApiKeys keys, Language language, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
    messages = KeyMessages.of(language);
    name = new Field<>(Name.NAME, this::name, "");
    scopes = new Field<>(Name.SCOPES, this::scopes, Set.of());
    rooms = new Field<>(Name.ROOMS, this::rooms, List.of());
  }

  /// All of them.
  public List<Route> all() {
    return List.of(
        new Route("GET", "/api/v1/admin/keys", Action.General.ADMINISTER, this::list),
        new Route("POST", "/api/v1/admin/keys", Action.General.ADMINISTER, this::create),
        new Route("DELETE", "/api/v1/admin/keys/{name}", Action.General.ADMINISTER, this::revoke));
  }

  private Response list(Call call) {
    Refusal refusal = call.fields(List.of()).problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    List<ApiKeys.Listed> all = keys.list();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeArrayPropertyStart("keys");
          for (ApiKeys.Listed listed : all) {
            out.writeStartObject();
            write(listed.key(), out);
            out.writeBooleanProperty("configured", listed.key().isConfigured())
                .writeBooleanProperty("revoked", listed.revoked())
                .writeEndObject();
          }
          out.writeEndArray();
        }));
  }

  private Response create(Call call) {
    return call.withBody(List.of(name, scopes, rooms, EXPIRES, Field.ID), this::create);
  }

  private Response create(Fields in) {
    String called = in.require(name);
    Set<KeyScopes.Scope> may = in.require(scopes);
    List<NamePattern> where = in.get(rooms);
    Long expires = in.get(EXPIRES);
    Instant now = clock.instant();
    if (expires != null && expires <= now.toEpochMilli()) {
      in.refuse(messages.past());
    }
    Refusal refusal = in.problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    ApiKey.Made made =
        ApiKey.make(
            called,
            new KeyScopes(may, where == null ? KeyScopes.ALL_ROOMS : where),
            now,
            expires == null ? null : Instant.ofEpochMilli(expires));
    ApiKeys.NotMade problem = keys.add(made.key());
    if (problem != null) {
      String why =
          switch (problem) {
            case TAKEN -> messages.taken().formatted(called);
            case TOO_MANY -> messages.full().formatted(ApiKeys.MAX_STORED);
          };
      return Response.problem(new Refusal(ErrorCode.CONFLICT, why));
    }
    return Response.json(
        201,
        JsonText.object(out -> {
          write(made.key(), out);
          out.writeStringProperty("key", made.text());
        }));
  }

  private Response revoke(Call call) {
    Fields in = call.fields(List.of(name));
    String called = in.require(name);
    Refusal refusal = in.problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    try {
      ApiKey revoked = keys.revoke(called);
      if (revoked != null) {
        return Response.json(200, JsonText.object(out -> write(revoked, out)));
      }
    } catch (LogException e) {
      return Response.problem(
          new Refusal(ErrorCode.UNAVAILABLE, messages.notStored().formatted(called)));
    }
    boolean configured =
        keys.list().stream().anyMatch(listed -> listed.key().name().equals(called));
    return Response.problem(
        configured
            ? new Refusal(ErrorCode.CONFLICT, messages.configured().formatted(called))
            : new Refusal(ErrorCode.NOT_FOUND, messages.unknown().formatted(called)));
  }

  private static void write(ApiKey key, JsonGenerator out) {
    out.writeStringProperty("name", key.name())
        .writeStringProperty("id", key.id())
        .writeArrayPropertyStart("scopes");
    key.scopes().scopes().stream().sorted().forEach(scope -> out.writeString(scope.wireName()));
    out.writeEndArray().writeArrayPropertyStart("rooms");
    key.scopes().rooms().forEach(pattern -> out.writeString(pattern.text()));
    out.writeEndArray().writeNumberProperty("created", key.created().toEpochMilli());
    if (key.expiry() != null) {
      out.writeNumberProperty("expires", key.expiry().toEpochMilli());
    }
    if (key.used() != null) {
      out.writeNumberProperty("used", key.used().toEpochMilli());
    }
  }

  private @Nullable String name(Object value, String field, Fields in) {
    if (value instanceof String text && ApiKey.isName(text)) {
      return text;
    }
    in.refuse(messages.badName());
    return null;
  }

  private @Nullable Set<KeyScopes.Scope> scopes(Object value, String field, Fields in) {
    Set<KeyScopes.Scope> found = EnumSet.noneOf(KeyScopes.Scope.class);
    if (value instanceof Fields.Texts list) {
      for (String text : list.texts()) {
        KeyScopes.Scope scope = text == null ? null : KeyScopes.Scope.parse(text);
        if (scope == null) {
          found.clear();
          break;
        }
        found.add(scope);
      }
    }
    if (found.isEmpty()) {
      in.refuse(messages.badScopes());
      return null;
    }
    return found;
  }

  private @Nullable List<NamePattern> rooms(Object value, String field, Fields in) {
    if (value instanceof Fields.Texts list
        && !list.texts().isEmpty()
        && list.texts().size() <= ApiKey.MAX_ROOMS) {
      List<NamePattern> patterns = new ArrayList<>();
      for (String text : list.texts()) {
        NamePattern pattern = text == null ? null : NamePattern.parse(text);
        if (pattern != null) {
          patterns.add(pattern);
        }
      }
      if (patterns.size() == list.texts().size()) {
        return patterns;
      }
    }
    in.refuse(messages.badRooms().formatted(ApiKey.MAX_ROOMS));
    return null;
  }
}
