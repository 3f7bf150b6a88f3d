package dev.tertulia.client.load;

import java.util.List;

/// The plan of a run. Contradictions are refused here, before anything is opened.
///
/// @param targets the addresses of one server or of several nodes; connection `n` goes to the one
///   at `n` modulo their number
/// @param pids the server's processes on this machine; if there are none, they are looked for
public record LoadPlan(
    List<Target> targets, Crowd crowd, Dialogue dialogue, Pace pace, List<Long> pids) {
  public LoadPlan {
    targets = List.copyOf(targets);
    pids = List.copyOf(pids);
    if (targets.isEmpty()) {
      throw new CannotRunException("--url: no address is given");
    }
    if (pace.sends() && !dialogue.message().hasMarker()) {
      throw new CannotRunException(
          "the message has no @, so it could not be recognised when it comes back");
    }
    if (pace.senders() > crowd.connections() - crowd.slowReaders()) {
      throw new CannotRunException(
          "--senders must be at most --connections without --slow-readers, which do not send");
    }
    if (pace.isClosedLoop() && dialogue.expect() == Expect.OTHERS) {
      throw new CannotRunException(
          "--window needs a sender's own messages, which it does not receive with --expect others");
    }
  }

  /// Where a connection goes.
  Target target(int connection) {
    return targets.get(connection % targets.size());
  }
}
