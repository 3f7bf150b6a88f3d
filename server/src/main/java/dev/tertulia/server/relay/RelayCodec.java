package dev.tertulia.server.relay;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Answer;
import dev.tertulia.server.relay.RelayMessage.Disconnect;
import dev.tertulia.server.relay.RelayMessage.Erasure;
import dev.tertulia.server.relay.RelayMessage.Inquiry;
import dev.tertulia.server.relay.RelayMessage.Membership;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.Primary;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayMessage.Report;
import dev.tertulia.server.relay.RelayMessage.Revocation;
import dev.tertulia.server.relay.RelayMessage.SentInquiry;
import dev.tertulia.server.relay.RelayMessage.SentReport;
import dev.tertulia.server.relay.RelayMessage.Signals;
import dev.tertulia.server.relay.RelayMessage.Unknown;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The binary form of messages of a relay. Safe for any thread.
///
/// # Format
///
/// All numbers are big-endian. A message is `version` (1 byte), `kind` (1 byte), the origin: `node`
/// (string), `incarnation`, `term`, `seq` (8 bytes each); then what belongs to its kind. A string
/// is its length in bytes (2 bytes) and UTF-8; a body is its length (4 bytes) and bytes; a topic is
/// the number of its kind (1 byte) and its name; a list is its length (4 bytes) and its items, each
/// preceded by its length in bytes (4 bytes).
///
/// # Versions
///
/// The header, up to the origin, is the same in all versions. A later version may append fields to
/// a message and to the items of a list, which are skipped here; anything else needs another kind
/// or another version. Of these, and of topics of another kind, only the header is read: see
/// [Unknown].
public final class RelayCodec {
  /// The version that is written.
  static final int VERSION = 1;

  /// The maximum size of a message, in bytes.
  public static final int MOST_BYTES = 1 << 20;

  private static final int PUBLICATIONS = 1;
  private static final int SIGNALS = 2;
  private static final int PRESENCE = 3;
  private static final int DISCONNECT = 4;
  private static final int REVOCATION = 5;
  private static final int ANSWER = 6;
  private static final int ANNOUNCEMENT = 7;
  private static final int MEMBERSHIP = 8;
  private static final int ERASURE = 9;
  private static final int INQUIRY = 10;
  private static final int REPORT = 11;
  private static final int SENT_INQUIRY = 12;
  private static final int SENT_REPORT = 13;
  private static final int PRIMARY = 14;

  private RelayCodec() {}

  /// The binary form of a message. It may be longer than [#MOST_BYTES]; then it can't be sent.
  public static byte[] encode(RelayMessage message) {
    return switch (message) {
      case Unknown unknown -> unknown.whole();
      case Primary sent -> {
        RelayWriter out = header(sent, PRIMARY);
        out.longs(sent.timeline());
        yield out.bytes();
      }
      case Publications sent -> {
        RelayWriter out = header(sent, PUBLICATIONS);
        out.topic(sent.topic());
        out.longs(sent.previousTerm());
        out.list(sent.items(), RelayCodec::write);
        yield out.bytes();
      }
      case Signals sent -> {
        RelayWriter out = header(sent, SIGNALS);
        out.topic(sent.topic());
        out.list(sent.items(), RelayCodec::write);
        yield out.bytes();
      }
      case Presence sent -> {
        RelayWriter out = header(sent, PRESENCE);
        out.longs(sent.round());
        out.ints(sent.part());
        out.ints(sent.parts());
        out.list(sent.stays(), RelayCodec::write);
        yield out.bytes();
      }
      case Disconnect sent -> {
        RelayWriter out = header(sent, DISCONNECT);
        out.longs(sent.question());
        out.text(sent.client().value());
        out.ints(sent.closeCode());
        yield out.bytes();
      }
      case Revocation sent -> {
        RelayWriter out = header(sent, REVOCATION);
        out.longs(sent.question());
        yield out.bytes();
      }
      case Answer sent -> {
        RelayWriter out = header(sent, ANSWER);
        out.longs(sent.question());
        out.text(sent.to().value());
        out.ints(sent.count());
        yield out.bytes();
      }
      case Membership sent -> {
        RelayWriter out = header(sent, MEMBERSHIP);
        out.longs(sent.question());
        out.text(sent.client().value());
        out.text(sent.room().value());
        yield out.bytes();
      }
      case Erasure sent -> {
        RelayWriter out = header(sent, ERASURE);
        out.text(sent.client().value());
        yield out.bytes();
      }
      case Inquiry sent -> {
        RelayWriter out = header(sent, INQUIRY);
        out.longs(sent.question());
        out.text(sent.client().value());
        yield out.bytes();
      }
      case Report sent -> {
        RelayWriter out = header(sent, REPORT);
        out.longs(sent.question());
        out.text(sent.to().value());
        out.list(sent.connections(), RelayCodec::write);
        yield out.bytes();
      }
      case SentInquiry sent -> {
        RelayWriter out = header(sent, SENT_INQUIRY);
        out.longs(sent.question());
        out.text(sent.client().value());
        yield out.bytes();
      }
      case SentReport sent -> {
        RelayWriter out = header(sent, SENT_REPORT);
        out.longs(sent.question());
        out.text(sent.to().value());
        out.longs(sent.age());
        out.list(sent.connections(), RelayCodec::write);
        yield out.bytes();
      }
      case Announcement sent -> {
        RelayWriter out = header(sent, ANNOUNCEMENT);
        out.longs(sent.after());
        out.list(sent.batches(), RelayCodec::write);
        yield out.bytes();
      }
    };
  }

  private static RelayWriter header(RelayMessage message, int kind) {
    RelayWriter out = new RelayWriter();
    out.bytes(VERSION);
    out.bytes(kind);
    Origin origin = message.origin();
    out.text(origin.node().value());
    out.longs(origin.incarnation());
    out.longs(origin.term());
    out.longs(origin.seq());
    return out;
  }

  private static void write(RelayWriter out, Publications.Stored item) {
    out.longs(item.offset());
    out.longs(item.time());
    out.text(item.id());
    out.text(item.client().value());
    out.longs(item.target());
    out.ints(item.kind());
    out.body(item.body());
  }

  private static void write(RelayWriter out, Signals.Signal item) {
    out.text(item.except() == null ? "" : item.except().value());
    out.ints(item.kind());
    out.body(item.body());
  }

  private static void write(RelayWriter out, Presence.Stay stay) {
    out.text(stay.room() == null ? "" : stay.room().value());
    out.text(stay.client().value());
    out.text(stay.name());
    out.ints(stay.connections());
  }

  private static void write(RelayWriter out, Report.Seen seen) {
    out.text(seen.name());
    out.text(seen.speaks());
    out.longs(seen.age());
    out.ints(seen.waitingBytes());
    out.list(seen.rooms(), (to, room) -> to.text(room.value()));
  }

  private static void write(RelayWriter out, SentReport.Sent sent) {
    out.text(sent.name());
    out.text(sent.speaks());
    out.text(sent.device());
    out.longs(sent.age());
    out.longs(sent.ended());
    out.list(sent.personal(), RelayCodec::write);
    out.list(sent.broadcasts(), RelayCodec::write);
  }

  private static void write(RelayWriter out, OffsetRange range) {
    out.longs(range.after());
    out.longs(range.upTo());
  }

  private static void write(RelayWriter out, Announcement.Batch batch) {
    out.longs(batch.seq());
    out.list(
        batch.ends(),
        (to, end) -> {
          to.topic(end.topic());
          to.longs(end.offset());
        });
  }

  /// Reads a message. Memory is taken for what is there, and not for what is claimed.
  ///
  /// @param bytes may be kept by the message
  /// @throws RelayFormatException if it is not a message of any version
  public static RelayMessage decode(byte[] bytes) throws RelayFormatException {
    if (bytes.length > MOST_BYTES) {
      throw new RelayFormatException("longer than " + MOST_BYTES + " bytes");
    }
    RelayReader in = new RelayReader(bytes);
    int version = in.bytes();
    int kind = in.bytes();
    try {
      Origin origin = new Origin(new NodeName(in.text()), in.longs(), in.longs(), in.longs());
      RelayMessage known = version == VERSION ? known(in, kind, origin) : null;
      return known == null ? new Unknown(origin, kind, bytes) : known;
    } catch (IllegalArgumentException e) {
      throw new RelayFormatException("a name that is not valid");
    }
  }

  /// What belongs to a kind of this version; `null` for other kinds, and for topics of other kinds.
  private static @Nullable RelayMessage known(RelayReader in, int kind, Origin origin)
      throws RelayFormatException {
    return switch (kind) {
      case PUBLICATIONS -> {
        TopicName topic = in.topic();
        yield topic == null
            ? null
            : new Publications(origin, topic, in.longs(), in.list(RelayCodec::publication));
      }
      case SIGNALS -> {
        TopicName topic = in.topic();
        yield topic == null ? null : new Signals(origin, topic, in.list(RelayCodec::signal));
      }
      case PRESENCE ->
          new Presence(origin, in.longs(), in.count(), in.count(), in.list(RelayCodec::stay));
      case DISCONNECT -> new Disconnect(origin, in.longs(), new ClientId(in.text()), in.count());
      case REVOCATION -> new Revocation(origin, in.longs());
      case ANSWER -> new Answer(origin, in.longs(), new NodeName(in.text()), in.count());
      case ANNOUNCEMENT -> new Announcement(origin, in.longs(), in.list(RelayCodec::batch));
      case MEMBERSHIP ->
          new Membership(origin, in.longs(), new ClientId(in.text()), new RoomName(in.text()));
      case ERASURE -> new Erasure(origin, new ClientId(in.text()));
      case PRIMARY -> new Primary(origin, in.longs());
      case INQUIRY -> new Inquiry(origin, in.longs(), new ClientId(in.text()));
      case REPORT ->
          new Report(origin, in.longs(), new NodeName(in.text()), in.list(RelayCodec::seen));
      case SENT_INQUIRY -> new SentInquiry(origin, in.longs(), new ClientId(in.text()));
      case SENT_REPORT ->
          new SentReport(
              origin, in.longs(), new NodeName(in.text()), in.longs(), in.list(RelayCodec::sent));
      default -> null;
    };
  }

  private static SentReport.Sent sent(RelayReader in) throws RelayFormatException {
    return new SentReport.Sent(
        in.text(),
        in.text(),
        in.text(),
        in.longs(),
        in.longs(),
        in.list(RelayCodec::range),
        in.list(RelayCodec::range));
  }

  private static OffsetRange range(RelayReader in) throws RelayFormatException {
    return new OffsetRange(in.longs(), in.longs());
  }

  private static Report.Seen seen(RelayReader in) throws RelayFormatException {
    return new Report.Seen(
        in.text(), in.text(), in.longs(), in.count(), in.list(room -> new RoomName(room.text())));
  }

  private static Publications.Stored publication(RelayReader in) throws RelayFormatException {
    return new Publications.Stored(
        in.longs(),
        in.longs(),
        in.text(),
        new ClientId(in.text()),
        in.longs(),
        in.count(),
        in.body());
  }

  private static Signals.Signal signal(RelayReader in) throws RelayFormatException {
    String except = in.text();
    return new Signals.Signal(
        except.isEmpty() ? null : new ClientId(except), in.count(), in.body());
  }

  private static Presence.Stay stay(RelayReader in) throws RelayFormatException {
    String room = in.text();
    return new Presence.Stay(
        room.isEmpty() ? null : new RoomName(room), new ClientId(in.text()), in.text(), in.count());
  }

  private static Announcement.Batch batch(RelayReader in) throws RelayFormatException {
    long seq = in.longs();
    // Nobody here subscribes to a topic of a kind that is not known here.
    return new Announcement.Batch(
        seq, in.list(RelayCodec::end).stream().flatMap(Optional::stream).toList());
  }

  private static Optional<Announcement.End> end(RelayReader in) throws RelayFormatException {
    TopicName topic = in.topic();
    return topic == null ? Optional.empty() : Optional.of(new Announcement.End(topic, in.longs()));
  }
}
