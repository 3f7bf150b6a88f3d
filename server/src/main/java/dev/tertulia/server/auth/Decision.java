package dev.tertulia.server.auth;

import dev.tertulia.server.model.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Whether an action is permitted.
public sealed interface Decision {
  /// Decided for now.
  sealed interface Decided extends Decision {}

  /// The action is permitted.
  record Allowed() implements Decided {
    static final Allowed INSTANCE = new Allowed();
  }

  /// The action is not permitted.
  record Refused(Refusal refusal) implements Decided {}

  /// Something must be read or asked first.
  ///
  /// @param decision completed on another thread; with a `LogException` if that can't be read at
  ///   the moment, or with a `RejectedExecutionException` if too much is being read. What it says
  ///   may be outdated when it is brought to a loop: see
  ///   [dev.tertulia.server.auth.Memberships#changed]
  record Pending(CompletionStage<Decided> decision) implements Decision {}

  /// The decision, once it is made: see [Pending].
  default CompletionStage<Decided> settled() {
    return switch (this) {
      case Decided decided -> CompletableFuture.completedFuture(decided);
      case Pending pending -> pending.decision();
    };
  }

  /// Whether the action is permitted, as far as is known now.
  default boolean isAllowed() {
    return this instanceof Allowed;
  }
}
