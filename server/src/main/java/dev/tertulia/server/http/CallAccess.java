package dev.tertulia.server.http;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.topic.LogException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// Who makes a request, and whether that client may make it. Checks may wait for a look-up of a
/// list of members.
///
/// A principal with a token acts only as its own client: where a request names the client that
/// acts, it may be left out, and must not be another. Others act as the client that the request
/// names, to which the rules of rooms apply, or as [ClientId#API].
///
/// @param principal who makes the request
/// @param need what the route needs
/// @param path the values of the names in the template of the route
public record CallAccess(
    Principal principal,
    Action need,
    Map<String, String> path,
    Permissions permissions,
    Language language) {
  /// Why the request is refused, as far as its path says; `null` if it is not. A path with an
  /// invalid name is refused by its handler.
  @Nullable Refusal refusal() {
    return switch (need) {
      case Action.General action -> refusal(permissions.check(principal, action));
      case Action.InRoom action -> {
        RoomName room = room();
        yield room == null ? null : refusal(permissions.check(principal, action, room));
      }
      case Action.OnClient action -> {
        ClientId client = client(path.get(Name.CLIENT.wireName()));
        yield client == null ? null : refusal(permissions.check(principal, action, client));
      }
    };
  }

  /// Whether the client may amend messages of others in `room`.
  ///
  /// @param client as which the request acts
  public boolean isModerator(ClientId client, RoomName room) {
    return refusal(permissions.check(principal.as(client), Action.InRoom.MODERATE, room)) == null;
  }

  /// Checks the client as which the request acts, and those that it notifies. Puts the client of a
  /// token where the request names none.
  ///
  /// @param known the fields of the request
  void check(Fields in, List<Field<?>> known) {
    Name name = need instanceof Action.InRoom ? Name.CLIENT : Name.FROM;
    if (known.stream().anyMatch(field -> field.name() == name)) {
      if (principal.isOneClient()) {
        checkOwn(in, name);
      } else {
        checkNamed(in, name);
      }
    }
    if (need instanceof Action.OnClient action && in.raw(Name.TO) instanceof Fields.Texts to) {
      for (String text : to.texts()) {
        ClientId client = client(text);
        if (client != null) {
          refuse(in, refusal(permissions.check(principal, action, client)));
        }
      }
    }
  }

  private void checkOwn(Fields in, Name name) {
    String own = principal.client().value();
    Object named = in.raw(name);
    if (named == null) {
      in.put(name, own);
    } else if (!named.equals(own)) {
      String why = HttpMessages.of(language).otherClient().formatted(own, name.wireName());
      in.refuse(new Refusal(ErrorCode.FORBIDDEN, why));
    }
  }

  private void checkNamed(Fields in, Name name) {
    ClientId client = client(in.raw(name));
    RoomName room = room();
    if (client != null
        && room != null
        && need instanceof Action.InRoom action
        && refusal(permissions.check(principal.as(client), action, room)) != null) {
      String why = HttpMessages.of(language).notAllowed().formatted(client.value(), room.value());
      in.refuse(new Refusal(ErrorCode.FORBIDDEN, why));
    }
  }

  private static void refuse(Fields in, @Nullable Refusal refusal) {
    if (refusal != null) {
      in.refuse(refusal);
    }
  }

  private @Nullable RoomName room() {
    String room = path.get(Name.ROOM.wireName());
    return room == null || !Identifier.isValid(room) ? null : new RoomName(room);
  }

  private static @Nullable ClientId client(@Nullable Object id) {
    return id instanceof String text && Identifier.isValid(text) ? new ClientId(text) : null;
  }

  private @Nullable Refusal refusal(Decision decision) {
    return switch (decision) {
      case Decision.Allowed _ -> null;
      case Decision.Refused(Refusal refusal) -> refusal;
      case Decision.Pending pending -> refusal(await(pending));
    };
  }

  private Decision await(Decision.Pending pending) {
    try {
      return pending.decision().toCompletableFuture().join();
    } catch (CompletionException e) {
      return switch (e.getCause()) {
        case LogException unreadable -> throw unreadable;
        case RejectedExecutionException _ ->
            new Decision.Refused(Refusal.of(ErrorCode.UNAVAILABLE, language));
        case null, default -> throw e;
      };
    }
  }
}
