package dev.tertulia.server.topic;

import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.storage.read.Tail;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// The older entries of a topic are loaded from the log into the tail, while one is committed and
/// one loses its text, which a star stands for.
@JCStressTest
@Outcome(id = "\\*23", expect = Expect.ACCEPTABLE, desc = "the tail is as the log is")
@Outcome(expect = Expect.FORBIDDEN, desc = "the tail is behind the log")
@State
public class TailLoadingStress {
  private final Tail tail = new Tail(Tail.DEFAULT_BYTES);

  /// What is committed, in one word: the log as readers find it.
  private volatile String log = "12";

  /// It was missed before.
  public TailLoadingStress() {
    tail.beginLoading(StressedRoom.TOPIC);
    tail.beginLoading(StressedRoom.TOPIC);
  }

  /// Commits, and then tells the tail.
  @Actor
  public void journal() {
    log = "*23";
    tail.committed(1, 3, List.of(StressedRoom.entry(3)), List.of());
    tail.committed(
        1, 4, List.of(), List.of(new Blanked(StressedRoom.TOPIC, 1, StressedRoom.blanked())));
  }

  /// Loads.
  @Actor
  public void reader() {
    try (Tail.Loading loading = tail.beginLoading(StressedRoom.TOPIC)) {
      String read = log;
      List<Publication> entries = new ArrayList<>();
      for (int i = 0; i < read.length(); i++) {
        entries.add(
            read.charAt(i) == '*'
                ? StressedRoom.entry(i + 1, StressedRoom.blanked())
                : StressedRoom.entry(i + 1));
      }
      loading.finish(Position.START, true, entries);
    }
  }

  /// All that the tail has.
  @Arbiter
  public void end(L_Result result) {
    result.r1 = TailReadStress.text(tail.since(StressedRoom.TOPIC, Position.START, 9, 1 << 20));
  }
}
