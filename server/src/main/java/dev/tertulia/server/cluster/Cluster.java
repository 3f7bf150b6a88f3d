package dev.tertulia.server.cluster;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayMessage.Signals;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.topic.InterestListener;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// One node of a cluster: what it stores reaches the subscribers on all nodes, and what others
/// store reaches its own.
///
/// Own publications and those of others meet in [OrderedDelivery]; [Outbox] tells others what is
/// committed here; [BatchCursors] follows what others have committed.
///
/// It has no thread: [#look] is called some hundred times a second. Any thread may call everything.
public final class Cluster implements Relay.Listener, InterestListener, AutoCloseable {
  /// How often the latest batches are announced.
  private static final long ANNOUNCE = TimeUnit.MILLISECONDS.toNanos(100);

  /// How many terms of this node's writers are remembered: entries of an earlier one may still be
  /// on their way from its journal.
  private static final int OWN_TERMS = 64;

  /// What it works with.
  ///
  /// @param node this one
  /// @param incarnation higher after each start of this node
  /// @param tail keeps the newest entries, of topics in which none is missing
  /// @param fanout hands publications to the loops; called by one thread at a time
  /// @param rolledBack has the subscribers of a topic start over
  /// @param form in which the log stores entries
  /// @param isStored whether a topic has entries with positions
  /// @param relay makes the wire to the other nodes
  /// @param others receives every message first
  /// @param readers run what reads from the database
  public record Parts(
      NodeName node,
      long incarnation,
      SharedLog shared,
      CommitListener tail,
      Consumer<List<Publication>> fanout,
      Consumer<TopicName> rolledBack,
      EntryForm form,
      Predicate<TopicName> isStored,
      Function<Relay.Listener, Relay> relay,
      Consumer<RelayMessage> others,
      Executor readers,
      LongSupplier unixMillis,
      LongSupplier nanoTime,
      EngineGuard guard) {}

  private final Parts parts;
  private final Relay relay;
  private final RelayedEntries form;
  private final OrderedDelivery delivery;
  private final BatchCursors cursors;
  private final AtomicInteger resumptions = new AtomicInteger();
  private final List<Outbox> outboxes = new CopyOnWriteArrayList<>();

  /// Newest last. Replaced, never changed.
  private volatile List<Long> ownTerms = List.of();

  /// Owned by the caller of [#look].
  private long announcedAt;

  public Cluster(Parts parts) {
    this.parts = parts;
    announcedAt = parts.nanoTime().getAsLong();
    form = new RelayedEntries(parts.form());
    delivery =
        new OrderedDelivery(
            parts.shared(),
            new Hands(),
            this::catchUp,
            this::isOwnTerm,
            parts.readers(),
            parts.nanoTime());
    cursors =
        new BatchCursors(
            parts.shared(),
            batch -> batch.ends().forEach(end -> delivery.changed(end.topic(), end.offset())),
            delivery::verifyAll,
            this::isOwnTerm,
            parts.readers(),
            parts.nanoTime());
    relay = parts.relay().apply(this);
  }

  private void catchUp(long broadcast) {
    parts.readers().execute(() -> cursors.catchUp(() -> delivery.caughtUp(broadcast)));
  }

  private void committed(long term, long seq, Map<TopicName, Long> ends) {
    delivery.committed(ends);
    cursors.committed(term, seq);
  }

  /// Where what is in order goes.
  private final class Hands implements OrderedDelivery.Target {
    @Override
    public void deliver(List<Publication> publications) {
      parts.tail().committed(0, 0, publications, List.of());
      for (Publication publication : publications) {
        // What it has blanked may have been passed to the tail after that.
        if (publication.entry() instanceof Entry.Deletion
            || publication.entry() instanceof Entry.Revocation) {
          parts.tail().forgotten(publication.topic());
        }
      }
      parts.fanout().accept(publications);
    }

    @Override
    public void deliverEarly(List<Publication> publications) {
      parts.fanout().accept(publications);
    }

    @Override
    public void startOver(TopicName topic) {
      parts.tail().forgotten(topic);
      parts.rolledBack().accept(topic);
    }

    @Override
    public void forget(TopicName topic) {
      parts.tail().forgotten(topic);
    }
  }

  /// Begins to follow the writers that there are. To be called before the first subscription, and
  /// blocks.
  ///
  /// @throws dev.tertulia.server.topic.LogException if the database can't be read
  public void begin(Collection<Long> terms) {
    cursors.begin(terms);
  }

  /// Adds a writer of this node.
  public Writer addWriter() {
    Outbox outbox =
        new Outbox(
            parts.tail(),
            delivery::startOver,
            delivery::startOverAll,
            this::committed,
            relay,
            form,
            (term, seq) -> new Origin(parts.node(), parts.incarnation(), term, seq));
    outboxes.add(outbox);
    return new Writer(outbox);
  }

  /// One writer of this node, as the cluster sees it.
  public final class Writer {
    private final Outbox outbox;

    private Writer(Outbox outbox) {
      this.outbox = outbox;
    }

    /// To be told of each commit, in place of the tail.
    public CommitListener listener() {
      return outbox;
    }

    /// To be told the term that the writer begins with, before anything is written in it.
    public void begins(long term) {
      addOwnTerm(term);
      outbox.begin(term);
      cursors.mayHaveLost();
    }

    /// The term of the writer; 0 before the first.
    public long term() {
      return outbox.term();
    }
  }

  private synchronized void addOwnTerm(long term) {
    List<Long> terms = new ArrayList<>(ownTerms);
    terms.add(term);
    ownTerms = List.copyOf(terms.subList(Math.max(0, terms.size() - OWN_TERMS), terms.size()));
  }

  private boolean isOwnTerm(long term) {
    return ownTerms.contains(term);
  }

  /// What this node's journals hand over, in order, after all outcomes have been reported. Waits
  /// for the loops.
  public void handOver(List<Publication> publications) {
    tellSignals(publications);
    delivery.own(publications);
  }

  /// Tells others what is not stored, but presence, which each node tells by itself.
  private void tellSignals(List<Publication> publications) {
    Map<TopicName, List<Signals.Signal>> signals = new LinkedHashMap<>(0);
    Map<TopicName, List<Publications.Stored>> unstored = new LinkedHashMap<>(0);
    for (Publication publication : publications) {
      TopicName topic = publication.topic();
      if (publication.position() != null || topic.kind() == TopicName.Kind.PRESENCE) {
        continue;
      }
      switch (publication.entry()) {
        case Entry.Signal signal ->
            signals
                .computeIfAbsent(topic, name -> new ArrayList<>())
                .add(RelayedEntries.signal(publication, signal));
        case Entry.Kept entry ->
            unstored
                .computeIfAbsent(topic, name -> new ArrayList<>())
                .add(form.stored(publication, entry));
      }
    }
    signals.forEach((topic, items) -> relay.send(new Signals(origin(), topic, items)));
    unstored.forEach((topic, items) -> relay.send(new Publications(origin(), topic, 0, items)));
  }

  /// Delivers signals to the subscribers of this node only.
  public void tellHere(TopicName topic, List<Publication> signals) {
    delivery.others(topic, signals);
  }

  /// The origin of a message that is not about a batch.
  public Origin origin() {
    return new Origin(parts.node(), parts.incarnation(), 0, 0);
  }

  /// The wire to the other nodes.
  public Relay relay() {
    return relay;
  }

  /// Makes sure, before a subscriber of these topics reads the log, that it will be given what it
  /// does not find there. May block.
  ///
  /// @throws dev.tertulia.server.topic.LogException if the database can't be read
  public void ensureOpen(Collection<TopicName> topics) {
    delivery.ensureOpen(topics);
  }

  /// A subscriber has read a topic up to `end`, after [#ensureOpen], and is going to be given what
  /// follows.
  ///
  /// @return `false` if what is delivered does not follow that, as far as is known: then the log
  ///   must be read again
  public boolean hasRead(TopicName topic, Position end) {
    return delivery.hasRead(topic, end);
  }

  /// Whether what is in memory may be read before going live. Never blocks.
  public boolean isOpen(TopicName topic) {
    return delivery.isOpen(topic);
  }

  /// The database has been opened again, and may have lost its end.
  public void mayHaveLost() {
    cursors.mayHaveLost();
  }

  /// Another node is known to write with a term.
  public void alive(long term) {
    cursors.alive(term);
  }

  @Override
  public void wanted(TopicName topic) {
    if (!parts.isStored().test(topic) || delivery.track(topic)) {
      relay.subscribe(topic);
    }
  }

  @Override
  public void unwanted(TopicName topic) {
    if (parts.isStored().test(topic)) {
      delivery.release(topic);
    } else {
      relay.unsubscribe(topic);
    }
  }

  @Override
  public CompletableFuture<?> opened(TopicName topic) {
    return parts.isStored().test(topic) ? delivery.opened(topic) : OPEN;
  }

  @Override
  public void received(RelayMessage message) {
    parts.others().accept(message);
    switch (message) {
      case Publications entries -> delivery.others(entries.topic(), form.entries(entries));
      case Signals signals ->
          delivery.others(
              signals.topic(), RelayedEntries.signals(signals, parts.unixMillis().getAsLong()));
      case Announcement announcement -> {
        long term = announcement.origin().term();
        cursors.announced(
            term,
            announcement.after(),
            announcement.origin().seq(),
            announcement.batches().stream()
                .map(batch ->
                    new SharedLog.Batch(
                        term,
                        batch.seq(),
                        batch.ends().stream()
                            .map(end -> new SharedLog.End(end.topic(), end.offset()))
                            .toList()))
                .toList());
      }
      case RelayMessage.Presence _,
          RelayMessage.Disconnect _,
          RelayMessage.Revocation _,
          RelayMessage.Membership _,
          RelayMessage.Erasure _,
          RelayMessage.Inquiry _,
          RelayMessage.Report _,
          RelayMessage.SentInquiry _,
          RelayMessage.SentReport _,
          RelayMessage.Answer _,
          RelayMessage.Primary _,
          RelayMessage.Unknown _ -> {
        // What is not about topics concerns the receiver of all messages.
      }
    }
  }

  @Override
  public void interrupted() {
    cursors.interrupted();
  }

  @Override
  public void resumed() {
    cursors.resumed();
    resumptions.incrementAndGet();
  }

  /// How many times the relay has begun to work, or did so again.
  int resumptions() {
    return resumptions.get();
  }

  /// Does what is due.
  public void look() {
    long now = parts.nanoTime().getAsLong();
    if (now - announcedAt >= ANNOUNCE) {
      announcedAt = now;
      outboxes.forEach(Outbox::announce);
    }
    cursors.look();
    delivery.look(relay::unsubscribe);
  }

  /// What it has done since the start.
  ///
  /// @param filled entries that were read from the database because they did not arrive in time
  /// @param holes batches whose announcement was missed
  /// @param dropped times that too much was held back
  /// @param heldBytes what is held back now
  /// @param topics that are followed now
  /// @param terms of other nodes that are followed now
  public record Counts(
      long filled, long holes, long dropped, long heldBytes, int topics, int terms) {}

  /// What it has done since the start. Any thread.
  public Counts counts() {
    return new Counts(
        delivery.filled(),
        cursors.holes(),
        delivery.dropped(),
        delivery.heldBytes(),
        delivery.tracked(),
        cursors.terms());
  }

  /// Ends the relay.
  @Override
  public void close() {
    relay.close();
  }
}
