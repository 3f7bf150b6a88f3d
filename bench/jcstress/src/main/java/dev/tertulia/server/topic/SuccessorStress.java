package dev.tertulia.server.topic;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// The last subscriber of a loop leaves and another comes, while entries are committed: what was
/// handed over for the first is not for the second, because what follows it may not arrive.
@JCStressTest
@Outcome(
    id = {"none", "some", "all"},
    expect = Expect.ACCEPTABLE,
    desc = "all from some entry on")
@Outcome(expect = Expect.FORBIDDEN, desc = "one is missing after one that came")
@State
public class SuccessorStress {
  private final StressedRoom room = new StressedRoom();
  private final StressedLoop loop = new StressedLoop(0, room.fanout);
  private final Subscription first =
      loop.topics.subscribe(StressedRoom.TOPIC, StressedRoom.FIRST, new RecordingSubscriber());
  private final RecordingSubscriber heard = new RecordingSubscriber();

  /// Commits.
  @Actor
  public void journal() {
    room.commitAll();
  }

  /// One goes, and the next comes.
  @Actor
  public void loop() {
    loop.topics.unsubscribe(first);
    loop.topics.subscribe(StressedRoom.TOPIC, StressedRoom.FIRST, heard);
  }

  /// What comes after.
  @Arbiter
  public void end(L_Result result) {
    loop.turn();
    String seen = heard.toString();
    if (!StressedRoom.ALL.endsWith(seen)) {
      result.r1 = seen;
    } else if (seen.isEmpty()) {
      result.r1 = "none";
    } else {
      result.r1 = seen.equals(StressedRoom.ALL) ? "all" : "some";
    }
  }
}
