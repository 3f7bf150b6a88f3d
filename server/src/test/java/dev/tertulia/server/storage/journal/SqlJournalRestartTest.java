package dev.tertulia.server.storage.journal;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a log that lasts holds after it was opened again.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class SqlJournalRestartTest extends JournalOverStore {
  private static final Outcome CONFLICT = new Outcome.Refused(ErrorCode.CONFLICT);

  SqlJournalRestartTest(TestStore store) {
    super(store);
  }

  private void reopen() {
    log.close();
    log = new TestLog(folder, store);
  }

  private static Position position(Outcome outcome) {
    return java.util.Objects.requireNonNull(((Outcome.Stored) outcome).position());
  }

  private static long offset(Outcome outcome) {
    return position(outcome).offset();
  }

  @Test
  void aRepeatedRequestIsOneEntryEvenAfterARestart() {
    Outcome first = log.say(chat("hola"), "r1");
    assertThat(log.say(chat("hola"), "r1")).isEqualTo(first);
    assertThat(log.say(new Entry.Chat(ANA, "Ana María", "hola"), "r1")).isEqualTo(first);
    assertThat(log.say(chat("otra"), "r1")).isEqualTo(CONFLICT);
    reopen();
    log.clock = 5_000_000;
    assertThat(log.say(chat("hola"), "r1")).isEqualTo(first);
    assertThat(log.say(chat("otra"), "r1")).isEqualTo(CONFLICT);
    assertThat(log.entries()).hasSize(1);
    assertThat(log.publications).isEmpty();
    assertThat(offset(log.say(new Entry.Chat(BEA, "Bea", "otra"), "r1"))).isEqualTo(2);
    assertThat(
            offset(
                await(
                    log.append(
                        TopicName.room(new RoomName("x")), chat("otra"), "r1", TargetRule.ANY))))
        .isEqualTo(1);
  }

  @Test
  void aReadMarkerNeverMovesBackOrPastTheEnd() {
    assertThat(await(log.mark(BEA, 5))).isEqualTo(new Outcome.Marked(0));
    for (int i = 0; i < 10; i++) {
      log.say(chat("m"), null);
    }
    assertThat(await(log.mark(BEA, 4))).isEqualTo(new Outcome.Marked(4));
    assertThat(await(log.mark(BEA, 2))).isEqualTo(new Outcome.Marked(4));
    assertThat(await(log.mark(BEA, 99))).isEqualTo(new Outcome.Marked(10));
    reopen();
    assertThat(await(log.mark(BEA, 1))).isEqualTo(new Outcome.Marked(10));
    assertThat(
            Stream.of("ana", "bea")
                .map(client ->
                    log.ask(
                        "SELECT client || sent || read_offset FROM participant WHERE client = '"
                            + client
                            + "'")))
        .containsExactly("ana10", "bea010");
  }

  @Test
  void eachOpeningStartsATermAndOldEntriesKeepTheirs() {
    Position first = position(log.say(chat("a"), null));
    reopen();
    Position second = position(log.say(chat("b"), null));
    assertThat(second.term()).isNotEqualTo(first.term());
    assertThat(log.entries().stream().map(EntryRow::position)).containsExactly(first, second);
    assertThat(log.ask("SELECT count(*) FROM batch WHERE term = " + second.term())).isEqualTo("2");
    assertThat(log.ask("SELECT entries FROM batch WHERE seq = 2 AND term = " + second.term()))
        .isEqualTo("1:2-2");
  }
}
