package dev.tertulia.server.net;

import dev.tertulia.server.net.InboundBudget.Account;
import dev.tertulia.server.protocol.ClientId;
import org.jspecify.annotations.Nullable;

/// What one socket has sent of a message or of a request whose end has not arrived. Owned by the
/// socket's loop; made and ended by [PartialInputs].
final class PartialInput {
  private static final Account[] NONE = {};

  final Owner owner;

  /// What it holds, in bytes of memory.
  int bytes;

  /// What it counts towards; empty while it holds no more than [InboundBudget#FREE_BYTES].
  Account[] accounts = NONE;

  /// By the loop's ticks, when the message began that is not whole.
  int since;

  /// Whether its end has come, and it is only charged until it is answered.
  boolean whole;

  /// How many messages the socket had sent when this one began.
  int messages;

  @Nullable PartialInput previous;
  @Nullable PartialInput next;

  /// The socket that sends it. All methods are called on its loop.
  interface Owner {
    AddressBlock address();

    /// Who sends it; `null` if that is not known yet.
    @Nullable ClientId client();

    /// Whether it is not for the peer to send the rest now, or another deadline holds.
    boolean isUntimed();

    /// There is no room for it: it is to be forgotten, and the peer told so.
    void dropForRoom();

    /// It did not become whole in time: it is to be forgotten, and the peer told so.
    void dropAsTooSlow();
  }

  PartialInput(Owner owner) {
    this.owner = owner;
  }

  void noLongerCharged() {
    accounts = NONE;
  }

  boolean isExceeding() {
    for (Account account : accounts) {
      if (account.isExceeded()) {
        return true;
      }
    }
    return false;
  }

  /// Whether it counts towards `account`.
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
