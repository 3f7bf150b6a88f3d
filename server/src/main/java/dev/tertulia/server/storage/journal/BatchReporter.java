package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reports what became of drafts: to each [CommitListener], to their receipts, and to the fan-out,
/// in this order. Owned by the writer.
final class BatchReporter {
  /// The maximum number of topics whose heads are known.
  private static final int MOST_HEADS = 10_000;

  private final LogWriter.Parts parts;

  /// The heads of the most recently published topics, for signals while the database can't be
  /// queried: those that subscribers were told, so never beyond what is committed.
  private final Map<TopicName, Long> heads =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicName, Long> eldest) {
          return size() > MOST_HEADS;
        }
      };

  BatchReporter(LogWriter.Parts parts) {
    this.parts = parts;
  }

  /// Reports the outcomes of a committed batch. Never throws: each part is done regardless of
  /// failures of the others.
  void committed(WriteBatch writeBatch) {
    List<CommitListener> failed = writeBatch.tell(parts.commitListeners(), parts.guard());
    writeBatch.settleAll(parts.guard());
    boolean whole = guarded("the heads of signals", () -> noteHeads(writeBatch.publications()));
    whole &= handOver(writeBatch.publications());
    // Without a delivery all start over, because those that have subscribers restart them.
    renew(whole ? failed : parts.commitListeners(), writeBatch.publications());
  }

  private void noteHeads(List<Publication> publications) {
    for (Publication publication : publications) {
      if (publication.head() > 0) {
        heads.put(publication.topic(), publication.head());
      }
    }
  }

  /// Reports that the database has lost its end.
  void lost() {
    heads.clear();
    for (CommitListener listener : parts.commitListeners()) {
      guarded("starting over with all topics", listener::lost);
    }
  }

  /// Forgets the head of a topic that has started over.
  void forget(TopicName topic) {
    heads.remove(topic);
  }

  /// Listeners that may have missed a part of a confirmed batch, and their subscribers, start over.
  private void renew(List<CommitListener> listeners, List<Publication> publications) {
    if (listeners.isEmpty()) {
      return;
    }
    Set<TopicName> topics = new LinkedHashSet<>();
    for (Publication publication : publications) {
      if (publication.position() != null) {
        topics.add(publication.topic());
      }
    }
    for (TopicName topic : topics) {
      for (CommitListener listener : listeners) {
        guarded("starting over with a topic", () -> listener.renewed(topic));
      }
    }
  }

  /// @return whether it did not fail
  private boolean guarded(String work, Runnable task) {
    try {
      task.run();
      return true;
    } catch (Throwable failure) {
      parts.guard().caught(work, failure);
      return false;
    }
  }

  private boolean handOver(List<Publication> publications) {
    return publications.isEmpty()
        || guarded("the delivery of a batch", () -> parts.handOver().accept(publications));
  }

  /// Refuses drafts to be stored; signals are still delivered.
  void refuse(List<Draft> drafts, ErrorCode code) {
    long now = parts.unixMillis().getAsLong();
    WriteBatch signals = new WriteBatch(0, 0, now);
    for (Draft draft : drafts) {
      refuse(signals, draft, code);
    }
    signals.settleAll(parts.guard());
    handOver(signals.publications());
  }

  /// Refuses a draft with the outcomes of `writeBatch`; a signal is published with it.
  void refuse(WriteBatch writeBatch, Draft draft, ErrorCode code) {
    switch (draft) {
      case Draft.Append append -> writeBatch.settle(append.receipt(), new Outcome.Refused(code));
      case Draft.Mark mark -> writeBatch.settle(mark.receipt(), new Outcome.Refused(code));
      case Draft.Membership change ->
          writeBatch.settle(change.receipt(), new Outcome.Refused(code));
      case Draft.Seen seen -> writeBatch.settle(seen.receipt(), new Outcome.Refused(code));
      case Draft.Acked acked -> writeBatch.settle(acked.receipt(), new Outcome.Refused(code));
      case Draft.Records records -> writeBatch.settle(records.receipt(), new Outcome.Refused(code));
      case Draft.Shown shown -> writeBatch.settle(shown.receipt(), new Outcome.Refused(code));
      case Draft.Signal signal ->
          writeBatch.publish(
              new Publication(
                  signal.topic(),
                  null,
                  heads.getOrDefault(signal.topic(), 0L),
                  writeBatch.now,
                  "",
                  signal.entry(),
                  signal.except()));
    }
  }
}
