package dev.tertulia.server.topic;

import dev.tertulia.server.storage.read.Tail;
import java.util.List;
import java.util.stream.LongStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// The older entries of a topic are loaded from the log into the tail, while another thread reads
/// the tail without a lock, before and after it adds another entry: it finds nothing, or everything
/// up to the end.
@JCStressTest
@Outcome(
    id = {"never", "in between", "before it grew"},
    expect = Expect.ACCEPTABLE,
    desc = "the tail has nothing, or all")
@Outcome(expect = Expect.FORBIDDEN, desc = "a page that ends too early")
@State
public class TailSeenLoadingStress {
  private static final int HEAD = 100;
  private static final int LOOKS = 30;

  private static final List<Publication> ENTRIES =
      LongStream.rangeClosed(1, HEAD + 1).mapToObj(StressedRoom::entry).toList();

  private final Tail tail = new Tail(Tail.DEFAULT_BYTES);

  /// The newest entry that is committed, before the tail is told of it.
  private volatile int committed = HEAD;

  /// It was missed before.
  public TailSeenLoadingStress() {
    tail.beginLoading(StressedRoom.TOPIC);
    tail.beginLoading(StressedRoom.TOPIC);
  }

  /// Loads.
  @Actor
  public void loader() {
    try (Tail.Loading loading = tail.beginLoading(StressedRoom.TOPIC)) {
      loading.finish(Position.START, true, ENTRIES.subList(0, committed));
    }
  }

  /// Reads, commits and reads again.
  @Actor
  public void reader(L_Result result) {
    int before = looks(HEAD, result);
    committed = HEAD + 1;
    tail.committed(1, HEAD + 1, ENTRIES.subList(HEAD, HEAD + 1), List.of());
    int after = looks(HEAD + 1, result);
    if (result.r1 == null) {
      result.r1 = before > 0 ? "before it grew" : after > 0 ? "in between" : "never";
    }
  }

  /// How often it is there.
  ///
  /// @param told the newest entry that the tail has to have, or to say that it has nothing
  private int looks(int told, L_Result result) {
    int found = 0;
    for (int i = 0; i < LOOKS; i++) {
      Log.Page page = tail.newest(StressedRoom.TOPIC, HEAD, 1 << 20);
      if (page != null) {
        found++;
        if (page.entries().size() != HEAD || page.end().offset() != told || page.more()) {
          result.r1 = page.end().offset() + " of " + told;
        }
      }
    }
    return found;
  }
}
