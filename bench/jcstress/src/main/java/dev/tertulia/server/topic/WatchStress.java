package dev.tertulia.server.topic;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A subscriber reads the log of a room and goes live after what it has read, while entries are
/// committed: from the log and by delivery it gets each of them once.
@JCStressTest
@Outcome(
    id = {"read", "delivered", "read and delivered"},
    expect = Expect.ACCEPTABLE,
    desc = "each entry once")
@Outcome(expect = Expect.FORBIDDEN, desc = "one is missing, doubled or out of order")
@State
public class WatchStress {
  private final StressedRoom room = new StressedRoom();
  private final StressedLoop loop = new StressedLoop(0, room.fanout);
  private final RecordingSubscriber heard = new RecordingSubscriber();
  private Subscription subscription;
  private long page;
  private boolean live;

  /// Commits.
  @Actor
  public void journal() {
    room.commitAll();
  }

  /// Watches, reads, and goes live unless there is more by then.
  @Actor
  public void loop() {
    subscription = loop.topics.watch(StressedRoom.TOPIC, StressedRoom.FIRST, heard);
    page = room.head;
    loop.turn();
    live = loop.topics.activate(subscription, page);
  }

  /// What comes after.
  @Arbiter
  public void end(L_Result result) {
    loop.turn();
    if (!live) {
      page = room.head;
      live = loop.topics.activate(subscription, page);
    }
    String all = StressedRoom.ALL.substring(0, (int) page) + heard;
    if (!all.equals(StressedRoom.ALL) || !live) {
      result.r1 = page + "|" + heard;
    } else if (page == 0) {
      result.r1 = "delivered";
    } else {
      result.r1 = heard.toString().isEmpty() ? "read" : "read and delivered";
    }
  }
}
