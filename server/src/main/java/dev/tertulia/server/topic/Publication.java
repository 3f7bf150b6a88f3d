package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.FullWriter;
import dev.tertulia.server.protocol.Place;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// An entry that is to be delivered to the subscribers of its topic.
///
/// @param position its place in the log; `null` for what is not kept
/// @param head the offset of the newest entry of its topic when it was committed: its own, unless
///   it is not kept
/// @param time when it got there, in Unix milliseconds by the journal's clock
/// @param id the sender's own name for it, or one that was made up; empty for a signal
/// @param except those who are not to have it; `null` if all are
/// @param json what the full protocol's clients are sent, once it was needed
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

  /// What is in the log, for everybody.
  public static Publication kept(
      TopicName topic, Position position, long time, String id, Entry.Kept entry) {
    return new Publication(topic, position, position.offset(), time, id, entry, null);
  }

  /// The same, not delivered to some now. What is kept of it is for everybody.
  public Publication except(@Nullable Predicate<Subscriber> some) {
    return some == null
        ? this
        : new Publication(topic, position, head, time, id, entry, some, json);
  }

  /// The same as it is kept: for everybody. A signal stays as it is.
  public Publication forEverybody() {
    return except == null || position == null
        ? this
        : new Publication(topic, position, head, time, id, entry, null, json);
  }

  /// What clients of the full protocol are sent of it: the same bytes for all, only to be read.
  public byte[] inFull(FullWriter writer) {
    return json.get(() ->
        writer.entry(
            entry,
            topic.name(),
            position == null ? null : new Place(position.offset(), place(position)),
            time,
            id));
  }

  /// The same of a notification that its client has read: encoded each time.
  public byte[] inFullAsRead(FullWriter writer) {
    if (position == null || !(entry instanceof Entry.Notification notification)) {
      return inFull(writer);
    }
    return writer.readNotification(notification, place(position), time, id);
  }

  /// Where it is, as clients are told: a position in a log, or in an inbox.
  private String place(Position place) {
    return switch (topic.kind()) {
      case ROOM, PRESENCE -> place.toString();
      case INBOX -> new InboxPosition(place, null).toString();
      case BROADCASTS -> new InboxPosition(null, place).toString();
    };
  }

  /// The same publication with another entry in its place, not encoded yet.
  Publication with(Entry blanked) {
    return new Publication(topic, position, head, time, id, blanked, except);
  }
}
