package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.token.Revocation;
import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.auth.token.RevokedTokens;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.MissingNodes;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.DecimalText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Routes for revocations: of the tokens of a client, of one token, and of all tokens issued before
/// a moment; listing and undoing them.
public final class RevocationRoutes {
  /// The maximum length of a page of the list.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  /// The last second of the year 9999.
  private static final long LAST_MILLIS = 253_402_300_799_999L;

  /// The maximum time for the journal to store a revocation, in seconds.
  private static final long PATIENCE_SECONDS = 10;

  private static final String NOW = "now";
  private static final Field<Long> EXPIRES = Field.integer(Name.EXPIRES, 0, LAST_MILLIS);
  private static final Field<String> AFTER = Field.text(Name.AFTER);
  private static final Field<Long> LIMIT = Field.limit(MOST_LISTED);

  /// Those that are not valid belong to no revocation.
  private static final Field<String> REVOCATION = Field.text(Name.ID);

  private final Revocations revocations;
  private final InstantSource clock;
  private final RevocationMessages messages;
  private final Field<String> tokenId = new Field<>(Name.TOKEN_ID, this::name, "");
  private final Field<String> issuer = new Field<>(Name.ISSUER, this::name, "");
  private final Field<Moment> issuedBefore =
      new Field<>(Name.ISSUED_BEFORE, this::moment, new Moment(null));

  /// @param time `null` for now, by the clock of the server
  private record Moment(@Nullable Instant time) {}

  public RevocationRoutes(Revocations revocations, Language language, InstantSource clock) {
    this.revocations = revocations;
    this.clock = clock;
    messages = RevocationMessages.of(language);
  }

  /// All of them.
  public List<Route> all() {
    return List.of(
        new Route("GET", "/api/v1/admin/revocations", Action.General.ADMINISTER, this::list),
        new Route("POST", "/api/v1/admin/revocations", Action.General.ADMINISTER, this::revoke),
        new Route(
            "DELETE", "/api/v1/admin/revocations/{id}", Action.General.ADMINISTER, this::undo));
  }

  private Response list(Call call) {
    Fields in = call.fields(List.of(AFTER, LIMIT));
    String after = in.get(AFTER);
    int limit = in.get(LIMIT, LISTED);
    Refusal refusal = in.problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    long last = after == null ? -1 : id(after);
    List<Revocation> found =
        revocations.all().stream().filter(rule -> rule.id() > last).limit(limit + 1L).toList();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeArrayPropertyStart("revocations");
          for (Revocation rule : found.subList(0, Math.min(limit, found.size()))) {
            out.writeStartObject();
            write(rule, out);
            out.writeEndObject();
          }
          out.writeEndArray().writeBooleanProperty("more", found.size() > limit);
        }));
  }

  private Response revoke(Call call) {
    return call.withBody(
        List.of(Field.CLIENT, tokenId, issuer, issuedBefore, EXPIRES, Field.ID), this::revoke);
  }

  private Response revoke(Fields in) {
    ClientId client = in.get(Field.CLIENT);
    String token = in.get(tokenId);
    String of = in.get(issuer);
    Moment before = in.get(issuedBefore);
    Long expires = in.get(EXPIRES);
    String id = in.get(Field.ID);
    if (Stream.of(Name.CLIENT, Name.TOKEN_ID, Name.ISSUED_BEFORE)
            .filter(name -> in.raw(name) != null)
            .count()
        != 1) {
      in.refuse(messages.oneTarget());
    }
    if (of != null && token == null) {
      in.refuse(messages.issuerAlone());
    }
    if (expires != null && expires <= clock.instant().toEpochMilli()) {
      in.refuse(messages.past());
    }
    Refusal refusal = in.problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    Target target =
        client != null
            ? new OfClient(client)
            : token != null ? new OfToken(token, of) : new OfAll();
    return answer(
        revocations.revoke(
            target,
            before == null ? null : before.time,
            expires == null ? null : Instant.ofEpochMilli(expires),
            id));
  }

  private Response answer(Revocations.Result result) {
    return switch (result) {
      case Revocations.Result.Conflict _ ->
          Response.problem(Refusal.of(ErrorCode.CONFLICT, messages.language()));
      case Revocations.Result.Full _ ->
          Response.problem(
              new Refusal(ErrorCode.CONFLICT, messages.full().formatted(RevokedTokens.MAX)));
      case Revocations.Result.InForce done ->
          isDone(done.stored())
              ? Response.json(
                  201,
                  JsonText.object(out -> {
                    write(done.rule(), out);
                    out.writeNumberProperty("disconnected", done.disconnected().value());
                    MissingNodes.write(out, done.disconnected());
                  }))
              : Response.problem(new Refusal(ErrorCode.UNAVAILABLE, messages.notStored()));
    };
  }

  private Response undo(Call call) {
    Fields in = call.fields(List.of(REVOCATION));
    String id = in.require(REVOCATION);
    Refusal refusal = in.problem();
    if (refusal != null) {
      return Response.problem(refusal);
    }
    CompletionStage<Boolean> undone = revocations.undo(id(id));
    if (undone == null) {
      return Response.problem(new Refusal(ErrorCode.NOT_FOUND, messages.unknown()));
    }
    return isDone(undone)
        ? Response.empty(204, Map.of())
        : Response.problem(new Refusal(ErrorCode.UNAVAILABLE, messages.notUndone()));
  }

  /// Whether something is stored within some seconds.
  private static boolean isDone(CompletionStage<Boolean> stored) {
    try {
      return stored.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Revocation rule, JsonGenerator out) {
    out.writeStringProperty("id", Long.toString(rule.id()));
    switch (rule.target()) {
      case OfClient of -> out.writeStringProperty("client", of.client().value());
      case OfToken of -> {
        out.writeStringProperty("token_id", of.tokenId());
        if (of.issuer() != null) {
          out.writeStringProperty("issuer", of.issuer());
        }
      }
      case OfAll _ -> {}
    }
    if (rule.tokensFrom() != null) {
      out.writeNumberProperty("tokens_from", rule.tokensFrom().toEpochMilli());
    }
    if (rule.expiry() != null) {
      out.writeNumberProperty("expires", rule.expiry().toEpochMilli());
    }
  }

  /// The number of a revocation; -1 if that is none.
  private static long id(String text) {
    return DecimalText.isNumber(text, 18) ? Long.parseLong(text) : -1;
  }

  private @Nullable String name(Object value, String field, Fields in) {
    if (value instanceof String text
        && !text.isEmpty()
        && text.length() <= Revocation.MAX_NAME
        && JsonText.isText(text)) {
      return text;
    }
    in.refuse(messages.badName().formatted(field, Revocation.MAX_NAME));
    return null;
  }

  private @Nullable Moment moment(Object value, String field, Fields in) {
    if (NOW.equals(value)) {
      return new Moment(null);
    }
    if (value instanceof Long millis && millis >= 0 && millis <= LAST_MILLIS) {
      return new Moment(Instant.ofEpochMilli(millis));
    }
    in.refuse(messages.badMoment());
    return null;
  }
}
