package dev.tertulia.server.connection;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What the pages that were asked of the log, and not yet given to their connections, may hold in
/// all. Safe for any thread.
///
/// Past the bound whoever asks waits for his turn. Nobody keeps a page: it is written at once, as
/// far as the socket takes it, and the rest is read again.
public final class PageBudget {
  /// The most that one page is to hold, in bytes of text.
  public static final int PAGE_BYTES = 256 * 1024;

  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private long free;

  /// @param bytes room for one page at least
  public PageBudget(long bytes) {
    free = Math.max(1, bytes / PAGE_BYTES);
  }

  /// Takes the room of one page, and has `granted` run: at once, or later by whoever gives some
  /// back, on his thread.
  void take(Runnable granted) {
    synchronized (waiting) {
      if (free == 0) {
        waiting.add(granted);
        return;
      }
      free--;
    }
    granted.run();
  }

  /// Gives the room of one page back.
  void giveBack() {
    Runnable next;
    synchronized (waiting) {
      next = waiting.poll();
      if (next == null) {
        free++;
      }
    }
    run(next);
  }

  private static void run(@Nullable Runnable next) {
    if (next != null) {
      next.run();
    }
  }

  /// For how many pages there is room now.
  long free() {
    synchronized (waiting) {
      return free;
    }
  }
}
