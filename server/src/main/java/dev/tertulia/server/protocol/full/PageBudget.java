package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.topic.FairQueue;
import java.util.function.BooleanSupplier;

/// The memory of all pages that were requested from the log and are not yet passed to their
/// connections. Safe for any thread.
///
/// When it is exhausted, requests wait, and are served by client in turn, so that no client waits
/// for all connections of another. Pages are not kept: a page is written immediately, as far as the
/// socket accepts it, and the rest is read again.
public final class PageBudget {
  /// The maximum size of a page, in bytes of text.
  public static final int PAGE_BYTES = HistoryPage.MAX_BYTES;

  private final FairQueue<BooleanSupplier> waiting = new FairQueue<>();
  private long free;

  /// @param bytes the total size, at least one page
  public PageBudget(long bytes) {
    free = Math.max(1, bytes / PAGE_BYTES);
  }

  /// Reserves one page and then calls `granted`: immediately, or later on the thread that releases
  /// a page. It returns whether the page is still needed; if not, the reservation is released.
  ///
  /// @param whose the client whose turn is used
  public void take(ClientId whose, BooleanSupplier granted) {
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

  /// Releases a page.
  public void giveBack() {
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

  /// The number of pages available now.
  public long free() {
    synchronized (waiting) {
      return free;
    }
  }
}
