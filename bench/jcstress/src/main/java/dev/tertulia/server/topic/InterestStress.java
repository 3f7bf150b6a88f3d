package dev.tertulia.server.topic;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// Two loops report at once that subscribers come and go: neither overwrites what the other
/// reported.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the next entry comes to both")
@Outcome(expect = Expect.FORBIDDEN, desc = "a loop was forgotten")
@State
public class InterestStress {
  private final StressedRoom room = new StressedRoom();
  private final StressedLoop one = new StressedLoop(0, room.fanout);
  private final StressedLoop other = new StressedLoop(1, room.fanout);
  private final Subscription first = subscribe(one, StressedRoom.FIRST, new RecordingSubscriber());
  private final RecordingSubscriber heardByOne = new RecordingSubscriber();
  private final RecordingSubscriber heardByOther = new RecordingSubscriber();

  private static Subscription subscribe(
      StressedLoop loop, WireFormat format, RecordingSubscriber heard) {
    return loop.topics.subscribe(StressedRoom.TOPIC, format, heard);
  }

  /// One goes, and the next comes.
  @Actor
  public void one() {
    one.topics.unsubscribe(first);
    subscribe(one, StressedRoom.FIRST, heardByOne);
  }

  /// One comes, with another format.
  @Actor
  public void other() {
    subscribe(other, StressedRoom.SECOND, heardByOther);
  }

  /// An entry.
  @Arbiter
  public void end(LL_Result result) {
    room.commit();
    one.turn();
    other.turn();
    result.r1 = heardByOne.toString();
    result.r2 = heardByOther.toString();
  }
}
