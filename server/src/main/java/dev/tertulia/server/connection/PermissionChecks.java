package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.RoomName;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The requests of one connection that wait for a decision about a room. Owned by the connection's
/// loop.
///
/// Requests about the same room keep their order: one that comes while another waits is decided
/// after it. If the client was removed from a room meanwhile, or has other rights, the decision is
/// made again.
public final class PermissionChecks {
  /// The maximum number of waiting requests.
  static final int MOST_WAITING = 100;

  private final Connection connection;
  private final Permissions permissions;

  /// In the order in which those about the same room are decided; `null` until one waits, which
  /// most connections never see.
  private @Nullable ArrayDeque<Check> waiting;

  public PermissionChecks(Connection connection, Permissions permissions) {
    this.connection = connection;
    this.permissions = permissions;
  }

  private static final class Check {
    private final Action.InRoom action;
    private final RoomName room;
    private final Consumer<Decision.Decided> then;
    private final Consumer<RuntimeException> failed;

    /// Whether it waits for its own decision, and not for another request.
    private boolean asked;

    Check(
        Action.InRoom action,
        RoomName room,
        Consumer<Decision.Decided> then,
        Consumer<RuntimeException> failed) {
      this.action = action;
      this.room = room;
      this.then = then;
      this.failed = failed;
    }
  }

  /// Whether the client may do something in a room, and no request about that room waits. Allocates
  /// nothing if the decision is known.
  public boolean isAllowed(Action.InRoom action, RoomName room) {
    return first(room) == null && permissions.isAllowed(connection.principal(), action, room);
  }

  /// Asks whether the client may do something in a room, after all earlier requests about it.
  ///
  /// @param then receives the decision, now or later, if the connection is open
  /// @param failed receives the reason why nothing could be decided
  /// @return `false` if too many requests wait: then nothing is called
  public boolean ask(
      Action.InRoom action,
      RoomName room,
      Consumer<Decision.Decided> then,
      Consumer<RuntimeException> failed) {
    if (waiting != null && waiting.size() >= MOST_WAITING) {
      return false;
    }
    Check check = new Check(action, room, then, failed);
    if (first(room) == null) {
      ask(check);
    } else {
      waiting().add(check);
    }
    return true;
  }

  /// As [#ask], but before all requests about the room that wait: for another question of the
  /// request that was just decided.
  public void askNext(
      Action.InRoom action,
      RoomName room,
      Consumer<Decision.Decided> then,
      Consumer<RuntimeException> failed) {
    ask(new Check(action, room, then, failed));
  }

  private void ask(Check check) {
    switch (permissions.check(connection.principal(), check.action, check.room)) {
      case Decision.Decided decided -> check.then.accept(decided);
      case Decision.Pending pending -> {
        waiting().addFirst(check);
        await(check, pending);
      }
    }
  }

  private void await(Check check, Decision.Pending pending) {
    check.asked = true;
    int expulsions = connection.expulsions();
    Principal principal = connection.principal();
    pending
        .decision()
        .whenComplete((decided, failure) ->
            connection.execute(() -> {
              if (failure != null) {
                settle(check, () -> check.failed.accept(cause(failure)));
              } else if (connection.expulsions() == expulsions && isStill(principal)) {
                settle(check, () -> check.then.accept(decided));
              } else {
                decide(check);
              }
            }));
  }

  @SuppressWarnings("ReferenceEquality") // It is this very principal, or a later one.
  private boolean isStill(Principal principal) {
    return connection.principal() == principal;
  }

  private static RuntimeException cause(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof RuntimeException known
        ? known
        : new IllegalStateException("a look-up failed", cause);
  }

  private void decide(Check check) {
    switch (permissions.check(connection.principal(), check.action, check.room)) {
      case Decision.Decided decided -> settle(check, () -> check.then.accept(decided));
      case Decision.Pending pending -> await(check, pending);
    }
  }

  private void settle(Check check, Runnable outcome) {
    waiting().remove(check);
    try {
      outcome.run();
    } finally {
      Check next = first(check.room);
      if (next != null && !next.asked) {
        decide(next);
      }
    }
  }

  private ArrayDeque<Check> waiting() {
    ArrayDeque<Check> all = waiting;
    if (all == null) {
      all = new ArrayDeque<>(2);
      waiting = all;
    }
    return all;
  }

  private @Nullable Check first(RoomName room) {
    if (waiting == null || waiting.isEmpty()) {
      return null;
    }
    for (Check check : waiting) {
      if (check.room.equals(room)) {
        return check;
      }
    }
    return null;
  }
}
