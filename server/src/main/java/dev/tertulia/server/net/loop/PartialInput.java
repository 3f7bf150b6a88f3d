package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.net.loop.InboundBudget.Account;
import org.jspecify.annotations.Nullable;

/// The incomplete message or request of one socket. Owned by the loop of the socket; created and
/// ended by [PartialInputs].
public final class PartialInput {
  private static final Account[] NONE = {};

  final Owner owner;

  /// Its size in memory, in bytes.
  int bytes;

  /// The accounts that it is charged to; empty while it is no larger than
  /// [InboundBudget#FREE_BYTES].
  Account[] accounts = NONE;

  /// When the incomplete message began, in ticks of the loop.
  int since;

  /// Whether it is complete, and is only charged until it is answered.
  boolean whole;

  /// The number of messages that the socket had sent before this one.
  int messages;

  @Nullable PartialInput previous;
  @Nullable PartialInput next;

  /// The socket that sends it. All methods are called on its loop.
  public interface Owner {
    AddressBlock address();

    /// The client that sends it; `null` if unknown yet.
    @Nullable ClientId client();

    /// Whether the peer need not send the rest now, or another deadline applies.
    boolean isUntimed();

    /// Drops it for lack of memory, and tells the peer.
    void dropForRoom();

    /// Drops it because it was not complete in time, and tells the peer.
    void dropAsTooSlow();
  }

  PartialInput(Owner owner) {
    this.owner = owner;
  }

  void noLongerCharged() {
    accounts = NONE;
  }

  public boolean isExceeding() {
    for (Account account : accounts) {
      if (account.isExceeded()) {
        return true;
      }
    }
    return false;
  }

  /// Whether it is charged to `account`.
  @SuppressWarnings("ReferenceEquality") // An account is itself alone.
  boolean isIn(Account account) {
    for (Account own : accounts) {
      if (own == account) {
        return true;
      }
    }
    return false;
  }
}
