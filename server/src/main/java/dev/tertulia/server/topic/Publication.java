package dev.tertulia.server.topic;

import dev.tertulia.server.model.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An entry to be delivered to the subscribers of its topic.
///
/// It knows no format, but keeps what was encoded of it: a thousand replays encode it once. Safe
/// for any thread.
public final class Publication {
  /// A way to turn publications into bytes. Gives the same bytes of the same publication whenever
  /// and on whichever thread it is called.
  public interface Encoding {
    byte[] encode(Publication publication);
  }

  /// What one encoding gave. The list is as long as there are encodings, and mostly of one.
  private record Encoded(Encoding encoding, byte[] bytes, @Nullable Encoded next) {}

  private final TopicName topic;
  private final @Nullable Position position;

  /// Of a signal the [head][#head], of an entry the [term before it][#previousTerm]: there may be
  /// many publications in memory.
  private final long headOrTerm;

  private final long time;
  private final String id;
  private final Entry entry;
  private final @Nullable Exclusion except;

  /// Of no meaning to what a publication is, so [#equals] leaves it out. If two threads encode at
  /// once, either result is kept.
  private volatile @Nullable Encoded encoded;

  /// @param position its position in the log; `null` for signals
  /// @param head the offset of the newest entry of its topic at the commit: its own offset, unless
  ///   it is not stored
  /// @param time when it was stored, in Unix milliseconds by the clock of the journal
  /// @param id the id given by the sender, or a generated one; empty for a signal
  /// @param except the subscribers that must not receive it; `null` for none
  public Publication(
      TopicName topic,
      @Nullable Position position,
      long head,
      long time,
      String id,
      Entry entry,
      @Nullable Exclusion except) {
    this(topic, position, time, id, entry, except, position == null ? head : 0);
  }

  private Publication(
      TopicName topic,
      @Nullable Position position,
      long time,
      String id,
      Entry entry,
      @Nullable Exclusion except,
      long headOrTerm) {
    this.topic = topic;
    this.position = position;
    this.time = time;
    this.id = id;
    this.entry = entry;
    this.except = except;
    this.headOrTerm = headOrTerm;
  }

  /// A stored entry, for all subscribers.
  public static Publication kept(
      TopicName topic, Position position, long time, String id, Entry.Kept entry) {
    return new Publication(topic, position, position.offset(), time, id, entry, null);
  }

  public TopicName topic() {
    return topic;
  }

  public @Nullable Position position() {
    return position;
  }

  /// The position of an entry that was read from a log, and so has one.
  public Position storedPosition() {
    return Objects.requireNonNull(position, "an entry of the log has a position");
  }

  public long head() {
    return position == null ? headOrTerm : position.offset();
  }

  /// The term of the entry directly before it in its log, by which it is known whether it follows
  /// what somebody has; 0 if the log begins with it, or if that is not known. It is no part of what
  /// a publication is, so [#equals] leaves it out.
  public long previousTerm() {
    return position == null ? 0 : headOrTerm;
  }

  /// The same stored entry, of which is known what is directly before it.
  public Publication after(long previousTerm) {
    return position == null
        ? this
        : new Publication(topic, position, time, id, entry, except, previousTerm);
  }

  public long time() {
    return time;
  }

  public String id() {
    return id;
  }

  public Entry entry() {
    return entry;
  }

  public @Nullable Exclusion except() {
    return except;
  }

  /// Its bytes in an encoding, which are kept from then on. They are the same for all and must not
  /// be modified.
  public byte[] encoded(Encoding encoding) {
    Encoded first = encoded;
    for (Encoded known = first; known != null; known = known.next) {
      if (known.encoding.equals(encoding)) {
        return known.bytes;
      }
    }
    byte[] bytes = encoding.encode(this);
    encoded = new Encoded(encoding, bytes, first);
    return bytes;
  }

  /// The same publication, not delivered live to some subscribers. As a stored entry it is for all.
  public Publication except(@Nullable Exclusion some) {
    return some == null ? this : with(entry, some);
  }

  /// The same publication as stored: for all subscribers. A signal stays as it is.
  public Publication forEverybody() {
    return except == null || position == null ? this : with(entry, null);
  }

  /// The same publication with another entry, not yet encoded.
  public Publication with(Entry another) {
    return with(another, except);
  }

  private Publication with(Entry another, @Nullable Exclusion some) {
    return new Publication(topic, position, time, id, another, some, headOrTerm);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Publication that
        && topic.equals(that.topic)
        && Objects.equals(position, that.position)
        && head() == that.head()
        && time == that.time
        && id.equals(that.id)
        && entry.equals(that.entry)
        && Objects.equals(except, that.except);
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, position, head(), time, id, entry, except);
  }

  @Override
  public String toString() {
    return "Publication[%s %s, %s by %s]".formatted(topic, position, entry, id);
  }
}
