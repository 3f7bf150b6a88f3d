package dev.tertulia.server.net.loop;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.net.loop.InboundBudget.Account;
import dev.tertulia.server.topic.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// The incomplete messages and requests at one loop, in the order in which they began. Owned by the
/// loop.
///
/// A message that is not complete within its time limit, measured in [#TICKS] ticks, is dropped; so
/// are the largest ones when they use more memory than the [InboundBudget] allows.
public final class PartialInputs {
  /// The number of ticks per time limit.
  static final int TICKS = 30;

  private final Loop loop;
  private final InboundBudget budget;
  private @Nullable PartialInput first;
  private @Nullable PartialInput last;
  private int count;
  private int tick;

  /// @param timeout the time limit for a message
  public PartialInputs(Loop loop, InboundBudget budget, Duration timeout) {
    this.loop = loop;
    this.budget = budget;
    budget.add(this);
    Duration period = timeout.dividedBy(TICKS);
    loop.execute(() -> loop.every(period.isZero() ? Duration.ofNanos(1) : period, this::tick));
  }

  int index() {
    return loop.index();
  }

  /// The number of incomplete inputs.
  int count() {
    return count;
  }

  /// Updates what a socket holds.
  ///
  /// @param part the result of the previous call; `null` at first
  /// @param bytes its size in memory; 0 if nothing is incomplete
  /// @param messages the number of messages that the socket has sent: if it has changed, the
  ///   incomplete one began just now
  /// @return `null` if nothing is incomplete
  public @Nullable PartialInput update(
      @Nullable PartialInput part, PartialInput.Owner owner, int bytes, int messages) {
    if (bytes == 0) {
      if (part != null) {
        unlink(part);
        discharge(part);
      }
      return null;
    }
    PartialInput known = part;
    if (known == null) {
      known = new PartialInput(owner);
      known.messages = messages;
      begin(known);
    } else if (known.messages != messages) {
      known.messages = messages;
      unlink(known);
      begin(known);
    }
    charge(known, bytes);
    return known;
  }

  /// Sets whether `part` is complete, so that it is only charged.
  public void setWhole(PartialInput part, boolean whole) {
    if (part.whole != whole) {
      part.whole = whole;
      for (Account account : part.accounts) {
        account.chargeWhole(whole ? part.bytes : -part.bytes, whole ? 1 : -1);
      }
    }
  }

  /// Drops the largest inputs if `part` has exceeded a bound. This may close other connections, and
  /// that of `part` too.
  public void makeRoom(PartialInput part) {
    if (part.isExceeding()) {
      for (Account account : part.accounts) {
        if (account.isExceeded()) {
          relieve(account);
          budget.askOthers(account, this);
        }
      }
    }
  }

  /// Drops the largest inputs of `account` later. Any thread.
  void relieveLater(Account account) {
    try {
      loop.execute(() -> {
        account.relieving(index());
        relieve(account);
      });
    } catch (RejectedExecutionException loopHasEnded) {
      account.relieving(index());
    }
  }

  private void relieve(Account account) {
    if (!account.isExceeded()) {
      return;
    }
    long average = account.average();
    List<PartialInput> largest = new ArrayList<>();
    for (PartialInput part = first; part != null; part = part.next) {
      if (!part.whole && part.bytes >= average && part.isIn(account)) {
        largest.add(part);
      }
    }
    largest.sort(Comparator.comparingInt((PartialInput part) -> part.bytes).reversed());
    for (PartialInput part : largest) {
      if (account.isRelieved()) {
        return;
      }
      budget.dropped();
      part.owner.dropForRoom();
    }
  }

  private void tick() {
    tick++;
    PartialInput oldest = first;
    while (oldest != null && tick - oldest.since > TICKS) {
      unlink(oldest);
      begin(oldest);
      if (!oldest.owner.isUntimed()) {
        oldest.owner.dropAsTooSlow();
      }
      oldest = first;
    }
  }

  private void charge(PartialInput part, int bytes) {
    int more = bytes - part.bytes;
    part.bytes = bytes;
    if (part.accounts.length > 0) {
      for (Account account : part.accounts) {
        budget.charge(account, more);
        if (part.whole) {
          account.chargeWhole(more, 0);
        }
      }
    } else if (bytes > InboundBudget.FREE_BYTES) {
      part.accounts = open(part.owner);
      for (Account account : part.accounts) {
        budget.charge(account, bytes);
        if (part.whole) {
          account.chargeWhole(bytes, 1);
        }
      }
    }
  }

  private Account[] open(PartialInput.Owner owner) {
    ClientId client = owner.client();
    Account address = budget.of(owner.address());
    return client == null
        ? new Account[] {budget.ofEverybody(), address}
        : new Account[] {budget.ofEverybody(), address, budget.ofClient(client)};
  }

  private void discharge(PartialInput part) {
    setWhole(part, false);
    for (Account account : part.accounts) {
      budget.charge(account, -part.bytes);
      budget.leave(account);
    }
    part.noLongerCharged();
    part.bytes = 0;
  }

  private void begin(PartialInput part) {
    part.since = tick;
    part.previous = last;
    part.next = null;
    if (last == null) {
      first = part;
    } else {
      last.next = part;
    }
    last = part;
    count++;
  }

  private void unlink(PartialInput part) {
    if (part.previous == null) {
      first = part.next;
    } else {
      part.previous.next = part.next;
    }
    if (part.next == null) {
      last = part.previous;
    } else {
      part.next.previous = part.previous;
    }
    part.previous = null;
    part.next = null;
    count--;
  }
}
