package dev.tertulia.server.cluster;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells other nodes what one writer of this node commits: at once what it has added, and in the
/// next announcement which batches there were and what they changed.
///
/// The journal's thread tells it; another one announces. Announcements that would hold more than
/// [#MOST_BATCHES] batches leave out the oldest, which others then read from the database.
final class Outbox implements CommitListener {
  /// The most batches that wait to be announced.
  static final int MOST_BATCHES = 2_000;

  /// The most topics that one announcement lists, unless one batch has more.
  private static final int MOST_ENDS = 2_000;

  /// The size of a part of what one batch adds to a topic, in bytes of the entries' bodies.
  private static final int PART_BYTES = 256 << 10;

  private final CommitListener tail;
  private final Consumer<TopicName> renewed;
  private final Runnable lost;
  private final Committed committed;
  private final Relay relay;
  private final RelayedEntries form;
  private final BiFunction<Long, Long, Origin> origin;

  /// The batch that is being told. Owned by the journal's thread.
  private @Nullable Told telling;

  /// Guarded by `this`, as is all below.
  private final Deque<Told> unannounced = new ArrayDeque<>();

  private long term;
  private long announced;

  /// What a batch has changed: topics, and up to where; 0 for other changes than added entries.
  private record Told(long term, long seq, Map<TopicName, Long> changes) {}

  /// Is told of each batch, before it is handed over.
  interface Committed {
    /// A batch is committed.
    ///
    /// @param ends the topics that it has changed, and up to where; 0 for other changes
    void committed(long term, long seq, Map<TopicName, Long> ends);
  }

  /// @param tail forgets and blanks with each commit what it must not show any longer
  /// @param renewed receives topics that must start over on this node, too
  /// @param lost runs when all must
  /// @param committed is told of each batch
  /// @param origin of a message about a batch, by term and number
  Outbox(
      CommitListener tail,
      Consumer<TopicName> renewed,
      Runnable lost,
      Committed committed,
      Relay relay,
      RelayedEntries form,
      BiFunction<Long, Long, Origin> origin) {
    this.tail = tail;
    this.renewed = renewed;
    this.lost = lost;
    this.committed = committed;
    this.relay = relay;
    this.form = form;
    this.origin = origin;
  }

  /// The writer begins a term. Its thread.
  synchronized void begin(long newTerm) {
    term = newTerm;
    announced = 0;
    unannounced.clear();
  }

  /// The term of the writer; 0 before the first.
  synchronized long term() {
    return term;
  }

  @Override
  public void committed(
      long batchTerm, long batchSeq, List<Publication> publications, List<Blanked> blanked) {
    telling = null;
    if (batchSeq == 0) {
      return;
    }
    Map<TopicName, Long> changes = new LinkedHashMap<>();
    Told told = new Told(batchTerm, batchSeq, changes);
    telling = told;
    if (!blanked.isEmpty()) {
      tail.committed(batchTerm, batchSeq, List.of(), blanked);
      blanked.forEach(each -> changes.put(each.topic(), 0L));
    }
    Map<TopicName, List<Publication>> added = new LinkedHashMap<>();
    for (Publication publication : publications) {
      Position position = publication.position();
      if (position != null && publication.entry() instanceof Entry.Kept) {
        changes.merge(publication.topic(), position.offset(), Math::max);
        added.computeIfAbsent(publication.topic(), topic -> new ArrayList<>()).add(publication);
      }
    }
    added.forEach((topic, entries) -> send(origin.apply(batchTerm, batchSeq), topic, entries));
  }

  private void send(Origin of, TopicName topic, List<Publication> entries) {
    List<Publications.Stored> items = new ArrayList<>(entries.size());
    long previousTerm = entries.getFirst().previousTerm();
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).entry() instanceof Entry.Kept entry) {
        Publications.Stored item = form.stored(entries.get(i), entry);
        items.add(item);
        bytes += item.body().length;
      }
      if (bytes >= PART_BYTES || i == entries.size() - 1) {
        relay.send(new Publications(of, topic, previousTerm, items));
        items.clear();
        previousTerm = of.term();
        bytes = 0;
      }
    }
  }

  @Override
  public void trimmed(TopicName topic, Position floor) {
    tail.trimmed(topic, floor);
  }

  @Override
  public void forgotten(TopicName topic) {
    tail.forgotten(topic);
    change(topic);
  }

  @Override
  public void renewed(TopicName topic) {
    renewed.accept(topic);
    change(topic);
  }

  /// Other nodes notice by the next term.
  @Override
  public void lost() {
    lost.run();
  }

  private void change(TopicName topic) {
    Told told = telling;
    if (told != null) {
      told.changes.put(topic, 0L);
    }
  }

  @Override
  public synchronized void told() {
    Told told = telling;
    telling = null;
    if (told == null) {
      return;
    }
    committed.committed(told.term, told.seq, told.changes);
    unannounced.add(told);
    if (unannounced.size() > MOST_BATCHES) {
      unannounced.remove();
    }
  }

  /// Announces the batches since the last announcement, also if there are none. Another thread's.
  void announce() {
    List<RelayMessage> messages = new ArrayList<>(1);
    synchronized (this) {
      if (term == 0) {
        return;
      }
      List<Announcement.Batch> batches = new ArrayList<>();
      int ends = 0;
      long after = announced;
      while (!unannounced.isEmpty()) {
        Told told = unannounced.remove();
        if (told.term != term) {
          // The last one of the term before, whose commit was in doubt: its row is read.
          continue;
        }
        List<Announcement.End> changed = new ArrayList<>(told.changes.size());
        told.changes.forEach((topic, end) -> changed.add(new Announcement.End(topic, end)));
        batches.add(new Announcement.Batch(told.seq, changed));
        announced = told.seq;
        ends += changed.size() + 1;
        if (ends >= MOST_ENDS) {
          messages.add(new Announcement(origin.apply(term, announced), after, batches));
          batches = new ArrayList<>();
          ends = 0;
          after = announced;
        }
      }
      if (!batches.isEmpty() || messages.isEmpty()) {
        messages.add(new Announcement(origin.apply(term, announced), after, batches));
      }
    }
    messages.forEach(relay::send);
  }
}
