package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.LocalDirectory;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.notification.SendRecord;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Answer;
import dev.tertulia.server.relay.RelayMessage.Membership;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.SentInquiry;
import dev.tertulia.server.relay.RelayMessage.SentReport;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What a node asks the others, in virtual time: here are `one`, whose directory it is, and `two`.
final class ClusterDirectoryTest {
  private static final NodeName ONE = new NodeName("one");
  private static final NodeName TWO = new NodeName("two");
  private static final RoomName PLAZA = new RoomName("plaza");
  private static final ClientId ANA = new ClientId("ana");

  private final List<RelayMessage> sent = new ArrayList<>();
  private final List<String> read = new ArrayList<>();
  private long now = 1;
  private final RemoteClients remote = new RemoteClients(() -> now);
  private final ConnectionRegistry registry =
      new ConnectionRegistry(10, 10, () -> now, new LimitCounters(() -> now), remote);
  private final ClusterDirectory directory =
      new ClusterDirectory(new LocalDirectory(registry), registry, remote, () -> now);

  ClusterDirectoryTest() {
    directory.begin(
        new Wire(),
        origin(ONE),
        new ClusterDirectory.Effects() {
          @Override
          public void listsChanged() {
            read.add("lists");
          }

          @Override
          public void listChanged(RoomName room, ClientId client, Runnable then) {
            read.add(client + " in " + room);
            then.run();
          }

          @Override
          public void revocationsChanged(Runnable then) {
            then.run();
          }

          @Override
          public void revocationsMayHaveChanged(Runnable then) {
            then.run();
          }
        });
    hear();
  }

  private final class Wire implements Relay {
    @Override
    public Sent send(RelayMessage message) {
      sent.add(message);
      return Sent.QUEUED;
    }

    @Override
    public CompletableFuture<Boolean> subscribe(TopicName topic) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void unsubscribe(TopicName topic) {}

    @Override
    public Counts counts() {
      return new Counts(0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
  }

  private static Origin origin(NodeName node) {
    return new Origin(node, 1, 0, 0);
  }

  /// The other node is there.
  private void hear() {
    remote.received(new Presence(origin(TWO), 1, 0, 1, List.of()));
  }

  private void pass(Duration time) {
    now += time.toNanos();
    hear();
    directory.look();
  }

  private List<Membership> expulsions() {
    List<Membership> found = new ArrayList<>();
    for (RelayMessage message : sent) {
      if (message instanceof Membership membership) {
        found.add(membership);
      }
    }
    return found;
  }

  @Test
  void aLostExpulsionIsRepeatedUntilItIsConfirmed() {
    CompletableFuture<Partial<Integer>> answer = directory.expel(ANA, PLAZA);
    assertThat(expulsions()).hasSize(1);
    pass(Partial.PATIENCE.plusMillis(1));
    assertThat(answer.join().missing()).containsExactly(TWO);
    pass(Duration.ofSeconds(5));
    assertThat(expulsions()).hasSize(2);
    pass(Duration.ofSeconds(5));
    assertThat(expulsions()).as("that was not confirmed either").hasSize(3);
    directory.received(new Answer(origin(TWO), expulsions().getLast().question(), ONE, 1));
    pass(Duration.ofMinutes(1));
    assertThat(expulsions()).hasSize(3);
  }

  @Test
  void whoIsToldOfAChangedListReadsItBeforeItConfirms() {
    directory.received(new Membership(origin(TWO), 7, ANA, PLAZA));
    assertThat(read).containsExactly("ana in plaza");
    assertThat(sent).containsExactly(new Answer(origin(ONE), 7, TWO, 0));
  }

  @Test
  void theHistoryOfWhatWasSentIsThatOfAllNodesAndBeginsWithTheLastStart() {
    CompletableFuture<Partial<SendHistory>> answer = directory.sendHistory(ANA, 10_000);
    SentInquiry question = (SentInquiry) sent.getLast();
    assertThat(answer).isNotDone();
    SentReport.Sent open =
        new SentReport.Sent(
            "c", "full", "tab", 3_000, -1, List.of(new OffsetRange(0, 2)), List.of());
    SentReport.Sent closed = new SentReport.Sent("", "base", "", 9_000, 500, List.of(), List.of());
    directory.received(
        new SentReport(origin(TWO), question.question(), ONE, 20_000, List.of(open, closed)));
    Partial<SendHistory> history = answer.join();
    assertThat(history.missing()).isEmpty();
    assertThat(history.value().since()).as("this node began now").isEqualTo(10_000);
    assertThat(history.value().all())
        .containsExactly(
            new SendRecord(
                "c", "full", "tab", 7_000, null, List.of(new OffsetRange(0, 2)), List.of()),
            new SendRecord("", "base", null, 1_000, 9_500L, List.of(), List.of()));
  }

  @Test
  void aNodeThatDoesNotAnswerIsMissing() {
    CompletableFuture<Partial<SendHistory>> answer = directory.sendHistory(ANA, 0);
    pass(Partial.PATIENCE.plusMillis(1));
    assertThat(answer.join().missing()).containsExactly(TWO);
  }
}
