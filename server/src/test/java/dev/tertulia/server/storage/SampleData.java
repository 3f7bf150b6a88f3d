package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static java.util.Objects.requireNonNull;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A data folder with entries of every kind, by Ana and Bea.
public final class SampleData {
  static final TopicName PATIO = TopicName.room(new RoomName("patio"));

  private SampleData() {}

  /// Fills `folder`, or goes on where it was.
  public static void in(Path folder) {
    try (TestLog log = new TestLog(folder)) {
      talk(log);
    }
  }

  public static void talk(TestLog log) {
    String round = "-" + log.entries().size();
    long first = offset(log, chat(ANA, "secreto uno"), "a1" + round);
    long second = offset(log, chat(BEA, "digo algo"), "b1" + round);
    log.stored(
        new Entry.Chat(ANA, "Ana la Roja", "secreto dos", second, "{\n \"secreto\": 2}", false),
        null);
    log.stored(new Entry.Edit(ANA, first, "secreto tres"), "a2" + round);
    log.stored(new Entry.Edit(BEA, first, "secreto corregido"), "b2" + round);
    log.stored(new Entry.Edit(ANA, second, "algo secreto"), null);
    log.stored(new Entry.Reaction(BEA, first, "👍", false), "b3" + round);
    log.stored(new Entry.Reaction(ANA, second, "❤", false), "a3" + round);
    long third = offset(log, chat(BEA, "esto se borra"), "b4" + round);
    log.stored(new Entry.Reaction(ANA, third, "😀", false), null);
    log.stored(new Entry.Deletion(BEA, third), "b5" + round);
    await(log.append(PATIO, chat(ANA, "secreto cuatro"), "a4" + round, TargetRule.ANY));
    await(log.append(PATIO, chat(BEA, "en el patio"), "b6" + round, TargetRule.ANY));
    for (ClientId client : new ClientId[] {ANA, BEA}) {
      log.note(receipt -> new Draft.Seen(client, receipt));
      TopicName inbox = TopicName.inbox(client);
      Outcome.Stored one = stored(log, inbox, null);
      stored(log, inbox, null);
      log.note(receipt -> new Draft.Shown(client, "móvil", inbox, place(one), receipt));
      await(
          log.append(
              inbox,
              new Entry.InboxRead(client, List.of(one.id()), null, 0, 0),
              null,
              TargetRule.ANY));
    }
    Outcome.Stored all = stored(log, TopicName.BROADCASTS, "a5" + round);
    Outcome.Stored revoked = stored(log, TopicName.BROADCASTS, null);
    for (ClientId client : new ClientId[] {ANA, BEA}) {
      InboxPosition here = new InboxPosition(null, place(all));
      log.note(receipt -> new Draft.Acked(client, "móvil", here, receipt));
      await(
          log.append(
              TopicName.inbox(client),
              new Entry.InboxRead(client, List.of(), all.id(), 0, 0),
              null,
              TargetRule.ANY));
    }
    await(
        log.append(
            TopicName.BROADCASTS,
            new Entry.Revocation(ANA, place(revoked).offset(), revoked.id(), null, 0),
            null,
            TargetRule.ANY));
    await(log.mark(ANA, second));
    await(log.mark(BEA, third));
  }

  private static long offset(TestLog log, Entry.Chat chat, String id) {
    return requireNonNull(log.stored(chat, id).position()).offset();
  }

  private static Entry.Chat chat(ClientId client, String text) {
    return new Entry.Chat(client, client.equals(ANA) ? "Ana la Roja" : "Bea", text);
  }

  private static Outcome.Stored stored(TestLog log, TopicName topic, @Nullable String id) {
    Entry.Notification entry =
        new Entry.Notification(
            ANA,
            topic.equals(TopicName.BROADCASTS) ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL,
            "secreto cinco",
            "secreto seis",
            "{\n \"secreto\": 7}",
            "secreto",
            Entry.Urgency.HIGH,
            false,
            0);
    return (Outcome.Stored) await(log.append(topic, entry, id, TargetRule.ANY));
  }

  private static Position place(Outcome.Stored stored) {
    return requireNonNull(stored.position());
  }
}
