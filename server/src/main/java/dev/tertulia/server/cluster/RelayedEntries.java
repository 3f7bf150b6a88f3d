package dev.tertulia.server.cluster;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.relay.RelayFormatException;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayMessage.Signals;
import dev.tertulia.server.relay.SignalBody;
import dev.tertulia.server.topic.Exclusion;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Entries and signals as they are told to other nodes, and back.
final class RelayedEntries {
  private static final Logger log = LoggerFactory.getLogger(RelayedEntries.class);

  private final EntryForm form;

  RelayedEntries(EntryForm form) {
    this.form = form;
  }

  /// An entry for other nodes. One of a topic that keeps nothing has the offset 0.
  Publications.Stored stored(Publication publication, Entry.Kept entry) {
    Position position = publication.position();
    return new Publications.Stored(
        position == null ? 0 : position.offset(),
        publication.time(),
        publication.id(),
        entry.client(),
        target(entry),
        form.kind(entry),
        form.write(entry));
  }

  private static long target(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Amendment amendment -> amendment.target();
      case Entry.Revocation revocation -> revocation.target();
      case Entry.Chat _, Entry.Notification _, Entry.InboxRead _, Entry.Unreadable _ -> 0;
    };
  }

  /// A signal for other nodes. A single connection that is left out is on this one.
  static Signals.Signal signal(Publication publication, Entry.Signal entry) {
    ClientId except =
        switch (publication.except()) {
          case Exclusion.OfClient(ClientId client) -> client;
          case Exclusion.One _ -> null;
          case null -> null;
        };
    return new Signals.Signal(except, SignalBody.kind(entry), SignalBody.write(entry));
  }

  /// The entries that another node tells. What is of a newer kind is left out: it is read from the
  /// log, as everything that does not arrive.
  List<Publication> entries(Publications message) {
    TopicName topic = message.topic();
    List<Publication> entries = new ArrayList<>(message.items().size());
    long term = message.previousTerm();
    for (Publications.Stored item : message.items()) {
      long previousTerm = term;
      term = message.origin().term();
      try {
        Entry.Kept entry =
            form.read(
                item.kind(), item.client(), item.target() == 0 ? null : item.target(), item.body());
        entries.add(
            item.offset() == 0
                ? new Publication(topic, null, 0, item.time(), item.id(), entry, null)
                : Publication.kept(
                        topic, new Position(term, item.offset()), item.time(), item.id(), entry)
                    .after(previousTerm));
      } catch (LogException e) {
        log.debug("Another node tells an entry of a kind that is not known here", e);
      }
    }
    return entries;
  }

  /// The signals that another node tells, but those of newer kinds.
  static List<Publication> signals(Signals message, long unixMillis) {
    List<Publication> signals = new ArrayList<>(message.items().size());
    for (Signals.Signal item : message.items()) {
      Entry.@Nullable Signal entry;
      try {
        entry = SignalBody.read(item.kind(), item.body());
      } catch (RelayFormatException e) {
        continue;
      }
      if (entry != null) {
        ClientId client = item.except();
        signals.add(
            new Publication(
                message.topic(),
                null,
                0,
                unixMillis,
                "",
                entry,
                client == null ? null : new Exclusion.OfClient(client)));
      }
    }
    return signals;
  }
}
