package dev.tertulia.server.topic;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.protocol.EntryPosition;
import dev.tertulia.server.protocol.EntryWriter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// An entry to be delivered to the subscribers of its topic.
///
/// @param position its position in the log; `null` for signals
/// @param head the offset of the newest entry of its topic at the commit: its own offset, unless it
///   is not stored
/// @param time when it was stored, in Unix milliseconds by the clock of the journal
/// @param id the id given by the sender, or a generated one; empty for a signal
/// @param except the subscribers that must not receive it; `null` for none
/// @param json caches the encoding for clients of the full protocol
public record Publication(
    TopicName topic,
    @Nullable Position position,
    long head,
    long time,
    String id,
    Entry entry,
    @Nullable Predicate<Subscriber> except,
    EncodedOnce json) {
  public Publication(
      TopicName topic,
      @Nullable Position position,
      long head,
      long time,
      String id,
      Entry entry,
      @Nullable Predicate<Subscriber> except) {
    this(topic, position, head, time, id, entry, except, new EncodedOnce());
  }

  /// A stored entry, for all subscribers.
  public static Publication kept(
      TopicName topic, Position position, long time, String id, Entry.Kept entry) {
    return new Publication(topic, position, position.offset(), time, id, entry, null);
  }

  /// The same publication, not delivered live to some subscribers. As a stored entry it is for all.
  public Publication except(@Nullable Predicate<Subscriber> some) {
    return some == null
        ? this
        : new Publication(topic, position, head, time, id, entry, some, json);
  }

  /// The same publication as stored: for all subscribers. A signal stays as it is.
  public Publication forEverybody() {
    return except == null || position == null
        ? this
        : new Publication(topic, position, head, time, id, entry, null, json);
  }

  /// The encoding for clients of the full protocol: the same bytes for all, which must not be
  /// modified.
  public byte[] inFull(EntryWriter writer) {
    return json.get(() ->
        writer.entry(
            entry,
            topic.name(),
            position == null ? null : new EntryPosition(position.offset(), place(position)),
            time,
            id));
  }

  /// The encoding of a notification that its client has read; not cached.
  public byte[] inFullAsRead(EntryWriter writer) {
    if (position == null || !(entry instanceof Entry.Notification notification)) {
      return inFull(writer);
    }
    return writer.readNotification(notification, place(position), time, id);
  }

  /// Its position as clients see it: in a log, or in an inbox.
  private String place(Position place) {
    return switch (topic.kind()) {
      case ROOM, PRESENCE -> place.toString();
      case INBOX -> new InboxPosition(place, null).toString();
      case BROADCASTS -> new InboxPosition(null, place).toString();
    };
  }

  /// The same publication with another entry, not yet encoded.
  public Publication with(Entry blanked) {
    return new Publication(topic, position, head, time, id, blanked, except);
  }
}
