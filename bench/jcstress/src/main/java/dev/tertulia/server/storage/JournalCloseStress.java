package dev.tertulia.server.storage;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.JournalMeters;
import dev.tertulia.server.storage.journal.LogWriter;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// An entry is appended while the journal is closed: checks the result of the append, and how often
/// the outcome was reported. Each state is a journal with its thread and database, so run few at a
/// time: `-strideSize 16 -strideCount 1`.
@JCStressTest
@Outcome(id = "QUEUED, 1", expect = Expect.ACCEPTABLE, desc = "it was in time")
@Outcome(id = "CLOSED, 0", expect = Expect.ACCEPTABLE, desc = "it was too late")
@Outcome(expect = Expect.FORBIDDEN, desc = "an entry that nobody hears of, or hears of twice")
@State
public class JournalCloseStress {
  private static final Entry.Chat HOLA = new Entry.Chat(new ClientId("ana"), "Ana", "hola");

  private final AtomicInteger told = new AtomicInteger();
  private final SqlJournal journal =
      new SqlJournal(
          16,
          new LogWriter.Parts(
              "log",
              new MemoryDatabase(),
              null,
              () -> 1,
              System::nanoTime,
              () -> 1,
              topic -> Retention.FOREVER,
              ClientExpiry.NEVER,
              NameBounds.NONE,
              List.of(),
              batch -> {},
              JournalMeters.ofNoMeters(),
              EngineGuard.ofNoProcess()));

  /// A loop.
  @Actor
  public void loop(LL_Result result) {
    Journal.Appended appended =
        journal.append(
            new Draft.Append(
                TopicName.room(RoomName.LOBBY),
                HOLA,
                null,
                Draft.TargetRule.ANY,
                outcome -> told.incrementAndGet()));
    result.r1 = appended;
  }

  /// The thread that stops the server.
  @Actor
  public void server() {
    journal.close();
  }

  /// How often it was told.
  @Arbiter
  public void end(LL_Result result) {
    result.r2 = told.get();
  }
}
