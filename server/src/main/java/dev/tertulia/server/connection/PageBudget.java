package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.topic.FairQueue;
import java.util.function.BooleanSupplier;

/// What the pages that were asked of the log, and not yet given to their connections, may hold in
/// all. Safe for any thread.
///
/// Past the bound those who ask wait, and take turns by client: nobody waits for all the
/// connections of another. Nobody keeps a page: it is written at once, as far as the socket takes
/// it, and the rest is read again.
public final class PageBudget {
  /// The most that one page is to hold, in bytes of text.
  public static final int PAGE_BYTES = 256 * 1024;

  private final FairQueue<BooleanSupplier> waiting = new FairQueue<>();
  private long free;

  /// @param bytes room for one page at least
  public PageBudget(long bytes) {
    free = Math.max(1, bytes / PAGE_BYTES);
  }

  /// Takes the room of one page, and has `granted` asked: at once, or later by whoever gives some
  /// back, on its thread. It says whether it still has use for it; if not, it holds none.
  ///
  /// @param whose turn it is
  void take(ClientId whose, BooleanSupplier granted) {
    synchronized (waiting) {
      if (free == 0) {
        waiting.add(whose.value(), granted);
        return;
      }
      free--;
    }
    if (!granted.getAsBoolean()) {
      giveBack();
    }
  }

  /// Gives the room of one page back.
  void giveBack() {
    BooleanSupplier next;
    do {
      synchronized (waiting) {
        next = waiting.poll();
        if (next == null) {
          free++;
          return;
        }
      }
    } while (!next.getAsBoolean());
  }

  /// For how many pages there is room now.
  public long free() {
    synchronized (waiting) {
      return free;
    }
  }
}
