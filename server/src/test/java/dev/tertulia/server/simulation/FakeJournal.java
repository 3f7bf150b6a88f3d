package dev.tertulia.server.simulation;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Settlements;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// A journal that writes into a [FakeStore] on command, in the steps of a real one: a batch is
/// committed, then the outcomes are reported, then the publications are handed over. Anything else
/// may happen between these steps.
public final class FakeJournal implements Journal {
  private final FakeStore store;
  private final Fanout fanout;
  private final LongSupplier unixMillis;
  private final int bound;
  private final ArrayDeque<Draft> queue = new ArrayDeque<>();
  private Settlements outcomes = new Settlements();
  private final List<Publication> publications = new ArrayList<>();
  private final Order order;

  /// How many of the publications [#committed] has been told of.
  private int fed;

  private Consumer<List<Publication>> committed = batch -> {};
  private long term;
  private boolean closed;

  /// @param bound the most drafts that may queue
  public FakeJournal(
      FakeStore store, Fanout fanout, long term, Order order, int bound, LongSupplier unixMillis) {
    this.order = order;
    this.store = store;
    this.fanout = fanout;
    this.term = term;
    this.bound = bound;
    this.unixMillis = unixMillis;
  }

  /// Has `keeper` told of what was committed before anybody else is told.
  void tellFirst(Consumer<List<Publication>> keeper) {
    committed = keeper;
  }

  /// Tells whoever keeps a copy of what was committed.
  synchronized void feed() {
    List<Publication> batch =
        publications.subList(fed, publications.size()).stream()
            .map(Publication::forEverybody)
            .toList();
    fed = publications.size();
    committed.accept(batch);
  }

  /// In which order it does what it does. All but the first are defects.
  public enum Order {
    COMMITS_TELLS_HANDS_OVER,
    /// Hands over before it tells.
    HANDS_OVER_FIRST,
    /// Tells of what is lost if it dies before the next step.
    TELLS_FIRST
  }

  @Override
  public synchronized Appended append(Draft draft) {
    if (closed) {
      return Appended.CLOSED;
    }
    if (queue.size() >= bound) {
      return Appended.BACK_PRESSURED;
    }
    queue.add(draft);
    notifyAll();
    return Appended.QUEUED;
  }

  /// Commits at most `most` of what has queued; what was committed before has been handed over.
  ///
  /// @return whether there was any
  public synchronized boolean commit(int most) {
    handOver();
    tell();
    boolean any = !queue.isEmpty();
    for (int i = 0; i < most && !queue.isEmpty(); i++) {
      switch (queue.remove()) {
        case Draft.Append append -> {
          Outcome outcome = store.store(term, unixMillis.getAsLong(), append, publications);
          outcomes.add(append.receipt(), outcome);
        }
        case Draft.Signal signal ->
            publications.add(
                new Publication(
                    signal.topic(),
                    null,
                    store.head(signal.topic()),
                    unixMillis.getAsLong(),
                    "",
                    signal.entry(),
                    signal.except()));
        case Draft.Mark mark -> {
          Outcome outcome = store.mark(mark);
          outcomes.add(mark.receipt(), outcome);
        }
        case Draft.Membership change -> {
          Outcome outcome = store.list(change);
          outcomes.add(change.receipt(), outcome);
        }
        case Draft.Seen seen -> {
          store.seen(seen.client());
          note(seen.receipt());
        }
        case Draft.Acked acked -> note(acked.receipt());
        case Draft.Records records -> note(records.receipt());
        case Draft.Shown shown -> note(shown.receipt());
      }
    }
    return any;
  }

  private void note(Draft.Receipt receipt) {
    outcomes.add(receipt, new Outcome.Noted());
  }

  /// Fails to commit at most `most` of what has queued: none of it is stored. Signals are lost.
  public synchronized void failToCommit(int most) {
    handOver();
    tell();
    Outcome refused = new Outcome.Refused(ErrorCode.UNAVAILABLE);
    for (int i = 0; i < most && !queue.isEmpty(); i++) {
      switch (queue.remove()) {
        case Draft.Append append -> outcomes.add(append.receipt(), refused);
        case Draft.Mark mark -> outcomes.add(mark.receipt(), refused);
        case Draft.Membership change -> outcomes.add(change.receipt(), refused);
        case Draft.Seen seen -> outcomes.add(seen.receipt(), refused);
        case Draft.Acked acked -> outcomes.add(acked.receipt(), refused);
        case Draft.Records records -> outcomes.add(records.receipt(), refused);
        case Draft.Shown shown -> outcomes.add(shown.receipt(), refused);
        case Draft.Signal signal -> {
          // Nobody waits for it.
        }
      }
    }
    report();
  }

  /// Tells the outcomes of what was committed.
  public synchronized void tell() {
    feed();
    if (order == Order.HANDS_OVER_FIRST && !publications.isEmpty()) {
      return;
    }
    report();
  }

  private void report() {
    outcomes.tell(EngineGuard.ofNoProcess());
    outcomes = new Settlements();
  }

  /// Hands over what was committed.
  public synchronized void handOver() {
    feed();
    if (order != Order.HANDS_OVER_FIRST) {
      tell();
    }
    fanout.publish(publications);
    publications.clear();
    fed = 0;
  }

  /// Loses all that has queued and all that was not told, as a process that dies.
  public synchronized void die() {
    if (order == Order.TELLS_FIRST) {
      store.forgetEnd(1);
    }
    queue.clear();
    outcomes = new Settlements();
    publications.clear();
    fed = 0;
    closed = true;
  }

  /// Goes on as a writer that has opened the log anew.
  public synchronized void newTerm(long another) {
    handOver();
    term = another;
  }

  /// What waits to be committed.
  public synchronized int queued() {
    return queue.size();
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!queue.isEmpty()) {
      commit(Integer.MAX_VALUE);
    }
    handOver();
  }
}
