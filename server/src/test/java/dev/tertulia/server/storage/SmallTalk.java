package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static java.util.Objects.requireNonNull;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;

/// A folder in which Ana and Bea have said a bit of everything.
public final class SmallTalk {
  static final TopicName PATIO = TopicName.room(new RoomName("patio"));

  private SmallTalk() {}

  /// Fills `folder`, or goes on where it was.
  public static void in(Path folder) {
    try (TestLog log = new TestLog(folder)) {
      talk(log);
    }
  }

  static void talk(TestLog log) {
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
    for (TopicName inbox : new TopicName[] {TopicName.inbox(ANA), TopicName.inbox(BEA)}) {
      await(log.append(inbox, notification("secreto cinco"), null, TargetRule.ANY));
    }
    await(
        log.append(
            TopicName.BROADCASTS, notification("secreto seis"), "a5" + round, TargetRule.ANY));
    await(log.mark(ANA, second));
    await(log.mark(BEA, third));
  }

  private static long offset(TestLog log, Entry.Chat chat, String id) {
    return requireNonNull(log.stored(chat, id).position()).offset();
  }

  private static Entry.Chat chat(ClientId client, String text) {
    return new Entry.Chat(client, client.equals(ANA) ? "Ana la Roja" : "Bea", text);
  }

  private static Entry.Notification notification(String text) {
    return new Entry.Notification(ANA, Entry.Scope.PERSONAL, text);
  }
}
