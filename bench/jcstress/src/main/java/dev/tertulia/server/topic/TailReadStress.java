package dev.tertulia.server.topic;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.storage.read.Tail;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// The tail is read twice while it outgrows its first arrays and an entry loses its text, which a
/// star stands for: each page is complete up to its head, and a lost text does not reappear.
@JCStressTest
@Outcome(
    id = {"before", "after", "while it grew"},
    expect = Expect.ACCEPTABLE,
    desc = "complete pages")
@Outcome(expect = Expect.FORBIDDEN, desc = "a page with a hole, or a text that comes back")
@State
public class TailReadStress {
  private static final int FIRST = 3;

  private final Tail tail = new Tail(Tail.DEFAULT_BYTES);

  /// Some entries are there.
  public TailReadStress() {
    for (int offset = 1; offset <= FIRST; offset++) {
      tail.committed(1, offset, List.of(StressedRoom.entry(offset)), List.of());
    }
  }

  /// More come, and the first is deleted.
  @Actor
  public void journal() {
    for (int offset = FIRST + 1; offset <= StressedRoom.ALL.length(); offset++) {
      tail.committed(1, offset, List.of(StressedRoom.entry(offset)), List.of());
    }
    tail.committed(
        1,
        StressedRoom.ALL.length() + 1,
        List.of(),
        List.of(new Blanked(StressedRoom.TOPIC, 1, StressedRoom.blanked())));
  }

  /// Two pages.
  @Actor
  public void reader(L_Result result) {
    String first = text(tail.since(StressedRoom.TOPIC, Position.START, 9, 1 << 20));
    String second = text(tail.newest(StressedRoom.TOPIC, 9, 1 << 20));
    if (!isWhole(first) || !isWhole(second) || isOlder(second, first)) {
      result.r1 = first + ", then " + second;
    } else if (isOlder(second, "*2345678")) {
      result.r1 = second.length() == FIRST ? "before" : "while it grew";
    } else {
      result.r1 = isOlder(first, second) ? "while it grew" : "after";
    }
  }

  private static boolean isWhole(String page) {
    String entries = page.startsWith("*") ? "1" + page.substring(1) : page;
    return entries.length() >= FIRST && StressedRoom.ALL.startsWith(entries);
  }

  private static boolean isOlder(String one, String other) {
    return one.length() < other.length() || (other.startsWith("*") && !one.startsWith("*"));
  }

  /// The offsets of a page's entries, as far as it says it goes.
  static String text(Log.Page page) {
    if (page == null) {
      return "nothing";
    }
    StringBuilder text = new StringBuilder();
    for (Publication publication : page.entries()) {
      boolean gone = publication.entry() instanceof Entry.Chat chat && chat.deleted();
      text.append(gone ? "*" : publication.head());
    }
    boolean straight = page.head() == text.length() && page.end().offset() == page.head();
    return straight ? text.toString() : text + " of " + page.head();
  }
}
