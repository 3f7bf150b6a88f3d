package dev.tertulia.server.topic;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Other subscribers on the loop use another format; a subscriber goes live after the entry that
/// the loop was handed, while entries are committed: it receives all later ones.
@JCStressTest
@Outcome(
    id = {"nothing was handed over", "behind the last", "behind another"},
    expect = Expect.ACCEPTABLE,
    desc = "all behind what was handed over")
@Outcome(expect = Expect.FORBIDDEN, desc = "one is missing or doubled")
@State
public class HandedStress {
  private final StressedRoom room = new StressedRoom();
  private final StressedLoop loop = new StressedLoop(0, room.fanout);
  private final RecordingSubscriber heard = new RecordingSubscriber();
  private Position handed;

  /// Others are there.
  public HandedStress() {
    loop.topics.subscribe(StressedRoom.TOPIC, StressedRoom.FIRST, new RecordingSubscriber());
  }

  /// Commits.
  @Actor
  public void journal() {
    room.commitAll();
  }

  /// Watches, and goes live behind what the loop was handed.
  @Actor
  public void loop() {
    Subscription watched = loop.topics.watch(StressedRoom.TOPIC, StressedRoom.SECOND, heard);
    for (int turns = StressedRoom.ALL.length(); turns > 0 && handed == null; turns--) {
      loop.turn();
      handed = loop.topics.handed(watched);
    }
    if (handed != null) {
      loop.topics.activate(watched, handed.offset());
    }
  }

  /// What comes after.
  @Arbiter
  public void end(L_Result result) {
    loop.turn();
    String seen = heard.toString();
    int from = handed == null ? StressedRoom.ALL.length() : (int) handed.offset();
    if (!seen.equals(StressedRoom.ALL.substring(from))) {
      result.r1 = from + "|" + seen;
    } else if (handed == null) {
      result.r1 = "nothing was handed over";
    } else {
      result.r1 = seen.isEmpty() ? "behind the last" : "behind another";
    }
  }
}
