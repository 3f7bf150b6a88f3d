package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Decides what principals may do: the only place that does. Never blocks; safe for any thread.
/// What is known is decided without allocating anything.
///
/// # Rules
///
/// - [Principal.Kind#OPEN]: everything, except that rooms for members are for their members, and
///   that messages of others are amended by moderators.
/// - [Principal.Kind#TOKEN]: as the same client. Without `can`, it joins and sends in public rooms
///   and in those that it is a member of, and notifies itself. With `can`, it does what that lists.
///   A pattern with a star opens a room for members to members; one that names the room in full
///   opens it to the client, unless the room is direct, which only its two members enter. What its
///   [groups][GroupGrants] may do comes on top. The own inbox is always open. If there is a
///   [JoinBackend], it decides about rooms instead of `can` and of groups.
/// - [Principal.Kind#ANONYMOUS]: as the same client, like a token with `can`; it notifies itself
///   too, and a [JoinBackend] is not asked.
/// - [Principal.Kind#KEY]: what the scopes of the key contain. The rules of a room apply to the
///   client as which it acts.
/// - [Principal.Kind#OPERATOR]: everything.
public final class Permissions {
  private final RoomPolicy rooms;
  private final Memberships memberships;
  private final @Nullable JoinBackend backend;
  private final Decision.Refused forbidden;

  /// See [#replace].
  private volatile GroupGrants groups = GroupGrants.NONE;

  /// The rules alone.
  private enum Rule {
    FORBIDDEN,
    /// For members of the room.
    MEMBERS,
    ALLOWED;

    static Rule of(boolean allowed) {
      return allowed ? ALLOWED : FORBIDDEN;
    }

    Rule or(Rule other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /// As below, without a backend.
  public Permissions(RoomPolicy rooms, Memberships memberships, Language language) {
    this(rooms, memberships, null, language);
  }

  /// @param backend decides what clients with tokens may do in rooms, in place of their `can`;
  ///   `null` for none
  /// @param language that of refusals
  public Permissions(
      RoomPolicy rooms, Memberships memberships, @Nullable JoinBackend backend, Language language) {
    this.rooms = rooms;
    this.memberships = memberships;
    this.backend = backend;
    forbidden = new Decision.Refused(Refusal.of(ErrorCode.FORBIDDEN, language));
  }

  /// Replaces what groups may do, for all checks that begin after it. Rooms that clients have
  /// joined are to be checked again.
  public void replace(GroupGrants newGroups) {
    groups = newGroups;
  }

  /// Whether `principal` may perform `action` in `room`.
  public Decision check(Principal principal, Action.InRoom action, RoomName room) {
    if (backend != null && isForBackend(principal, action, room)) {
      Decision decision = backend.check(principal, action, room);
      return rooms.kind(room) == RoomPolicy.Kind.DIRECT
          ? and(decision, room, principal.client())
          : decision;
    }
    return switch (rule(principal, action, room)) {
      case ALLOWED -> Decision.Allowed.INSTANCE;
      case FORBIDDEN -> forbidden;
      case MEMBERS -> ofMember(room, principal.client());
    };
  }

  private Decision ofMember(RoomName room, ClientId client) {
    Boolean member = memberships.known(room, client);
    return member == null ? lookUp(room, client) : decided(member);
  }

  /// Whether the backend decides. Moderators of the configuration need no backend for what is
  /// theirs.
  private boolean isForBackend(Principal principal, Action.InRoom action, RoomName room) {
    return principal.kind() == Principal.Kind.TOKEN
        && !((action == Action.InRoom.MODERATE || action == Action.InRoom.AMEND)
            && rooms.isModerator(room, principal.client()));
  }

  /// Only its two members enter a direct room, whatever the backend says.
  private Decision and(Decision decision, RoomName room, ClientId client) {
    return switch (decision) {
      case Decision.Refused refused -> refused;
      case Decision.Allowed _ -> ofMember(room, client);
      case Decision.Pending pending ->
          new Decision.Pending(
              pending
                  .decision()
                  .thenCompose(decided ->
                      decided.isAllowed()
                          ? ofMember(room, client).settled()
                          : CompletableFuture.completedFuture(decided)));
    };
  }

  /// Whether it is known, without anything being read or asked, that `principal` may perform
  /// `action` in `room`.
  public boolean isAllowed(Principal principal, Action.InRoom action, RoomName room) {
    if (backend != null && isForBackend(principal, action, room)) {
      return backend.isAllowed(principal, action, room)
          && (rooms.kind(room) != RoomPolicy.Kind.DIRECT
              || Boolean.TRUE.equals(memberships.known(room, principal.client())));
    }
    return switch (rule(principal, action, room)) {
      case ALLOWED -> true;
      case FORBIDDEN -> false;
      case MEMBERS -> Boolean.TRUE.equals(memberships.known(room, principal.client()));
    };
  }

  /// Whether `principal` may perform `action` on `client`.
  public Decision check(Principal principal, Action.OnClient action, ClientId client) {
    boolean own = client.equals(principal.client());
    return decided(
        switch (principal.kind()) {
          case OPEN, OPERATOR -> true;
          case TOKEN, ANONYMOUS ->
              switch (action) {
                case NOTIFY -> {
                  Grants can = principal.claims().can();
                  boolean itself = can == null || principal.kind() == Principal.Kind.ANONYMOUS;
                  yield (itself && own)
                      || (can != null && can.mayNotify(client))
                      || groups.mayNotify(principal.claims().groups(), client);
                }
                case READ_INBOX, MARK_INBOX -> own;
              };
          case KEY ->
              switch (action) {
                case NOTIFY, MARK_INBOX -> principal.scopes().has(KeyScopes.Scope.NOTIFY);
                case READ_INBOX -> principal.scopes().hasEverywhere(KeyScopes.Scope.READ);
              };
        });
  }

  /// Whether `principal` may perform `action`.
  public Decision check(Principal principal, Action.General action) {
    return decided(
        switch (principal.kind()) {
          case OPEN, OPERATOR -> true;
          case TOKEN, ANONYMOUS ->
              switch (action) {
                case NOTHING, REVOKE -> true;
                case BROADCAST -> {
                  Grants can = principal.claims().can();
                  yield (can != null && can.mayBroadcast())
                      || groups.mayBroadcast(principal.claims().groups());
                }
                case READ_ALL, INSPECT, METER, ADMINISTER -> false;
              };
          case KEY ->
              switch (action) {
                case NOTHING, INSPECT -> true;
                case REVOKE -> principal.scopes().has(KeyScopes.Scope.NOTIFY);
                case BROADCAST -> principal.scopes().has(KeyScopes.Scope.BROADCAST);
                case READ_ALL -> principal.scopes().hasEverywhere(KeyScopes.Scope.READ);
                case METER -> principal.scopes().has(KeyScopes.Scope.METRICS);
                case ADMINISTER -> principal.scopes().has(KeyScopes.Scope.ADMIN);
              };
        });
  }

  /// Whether `principal` may perform `action` in `room` for as long as it is valid, so that no list
  /// needs to be asked. What its groups may do can change meanwhile.
  public boolean isLasting(Principal principal, Action.InRoom action, RoomName room) {
    return !(backend != null && isForBackend(principal, action, room))
        && (principal.isOneClient()
                ? ownRule(principal, action, room)
                : rule(principal, action, room))
            == Rule.ALLOWED;
  }

  private Rule rule(Principal principal, Action.InRoom action, RoomName room) {
    return switch (principal.kind()) {
      case OPEN -> openRule(principal.client(), action, room);
      case TOKEN, ANONYMOUS -> {
        Rule own = ownRule(principal, action, room);
        yield own == Rule.ALLOWED ? own : own.or(groupRule(principal, action, room));
      }
      case KEY -> keyRule(principal, action, room);
      case OPERATOR -> Rule.ALLOWED;
    };
  }

  private Rule openRule(ClientId client, Action.InRoom action, RoomName room) {
    return switch (action) {
      case READ, LIST_MEMBERS -> Rule.ALLOWED;
      case JOIN, MARK, SEND -> entry(client, room);
      case AMEND -> moderator(client, room).or(entry(client, room));
      case MODERATE -> moderator(client, room);
    };
  }

  /// What a client may do by itself, without its groups.
  private Rule ownRule(Principal principal, Action.InRoom action, RoomName room) {
    Grants can = principal.claims().can();
    return switch (action) {
      case JOIN, READ, MARK -> can == null ? entry(room) : granted(can, Action.InRoom.JOIN, room);
      case SEND -> can == null ? entry(room) : granted(can, Action.InRoom.SEND, room);
      case AMEND ->
          ownRule(principal, Action.InRoom.MODERATE, room)
              .or(ownRule(principal, Action.InRoom.SEND, room));
      case MODERATE -> {
        Rule moderator = moderator(principal.client(), room);
        yield can == null ? moderator : moderator.or(granted(can, Action.InRoom.MODERATE, room));
      }
      case LIST_MEMBERS -> Rule.FORBIDDEN;
    };
  }

  private Rule groupRule(Principal principal, Action.InRoom action, RoomName room) {
    return switch (action) {
      case JOIN, READ, MARK -> grantedToGroups(principal, Action.InRoom.JOIN, room);
      case SEND, MODERATE -> grantedToGroups(principal, action, room);
      case AMEND ->
          grantedToGroups(principal, Action.InRoom.MODERATE, room)
              .or(grantedToGroups(principal, Action.InRoom.SEND, room));
      case LIST_MEMBERS -> Rule.FORBIDDEN;
    };
  }

  private Rule grantedToGroups(Principal principal, Action.InRoom action, RoomName room) {
    return granted(groups.inRoom(principal.claims().groups(), room, action), room);
  }

  private Rule granted(Grants can, Action.InRoom action, RoomName room) {
    return granted(can.inRoom(room, action), room);
  }

  private Rule granted(Grants.InRoom how, RoomName room) {
    return switch (how) {
      case NONE -> Rule.FORBIDDEN;
      case BY_PATTERN -> entry(room);
      case BY_NAME -> rooms.kind(room) == RoomPolicy.Kind.DIRECT ? Rule.MEMBERS : Rule.ALLOWED;
    };
  }

  private Rule keyRule(Principal principal, Action.InRoom action, RoomName room) {
    KeyScopes scopes = principal.scopes();
    boolean sends = scopes.has(KeyScopes.Scope.SEND, room);
    boolean reads = scopes.has(KeyScopes.Scope.READ, room);
    return switch (action) {
      case READ, LIST_MEMBERS -> Rule.of(reads);
      case JOIN -> reads ? entry(principal.client(), room) : Rule.FORBIDDEN;
      case MARK, SEND -> sends ? entry(principal.client(), room) : Rule.FORBIDDEN;
      case AMEND ->
          keyRule(principal, Action.InRoom.MODERATE, room)
              .or(keyRule(principal, Action.InRoom.SEND, room));
      case MODERATE ->
          scopes.has(KeyScopes.Scope.ADMIN)
              ? Rule.ALLOWED
              : sends ? moderator(principal.client(), room) : Rule.FORBIDDEN;
    };
  }

  /// The rule of a room for a client. The API itself is on no list, and does nothing there until a
  /// request names a client.
  private Rule entry(ClientId client, RoomName room) {
    return client.equals(ClientId.API) ? Rule.ALLOWED : entry(room);
  }

  private Rule entry(RoomName room) {
    return switch (rooms.kind(room)) {
      case PUBLIC -> Rule.ALLOWED;
      case MEMBERS, DIRECT -> Rule.MEMBERS;
    };
  }

  private Rule moderator(ClientId client, RoomName room) {
    return Rule.of(rooms.isModerator(room, client));
  }

  private Decision lookUp(RoomName room, ClientId client) {
    return new Decision.Pending(memberships.lookUp(room, client).thenApply(this::decided));
  }

  private Decision.Decided decided(boolean allowed) {
    return allowed ? Decision.Allowed.INSTANCE : forbidden;
  }
}
