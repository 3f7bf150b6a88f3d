package dev.tertulia.server.relay;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What one node tells the others. Immutable, as long as nobody changes the arrays that it shares.
public sealed interface RelayMessage {
  /// Who sent it, and when in the order of that node's batches.
  ///
  /// @param node the sender
  /// @param incarnation of the sender: higher after each start
  /// @param term of the writer whose batches `seq` counts; 0 for none
  /// @param seq the batch that a message reports, or the last one that was committed before it was
  ///   sent
  record Origin(NodeName node, long incarnation, long term, long seq) {}

  Origin origin();

  /// The topic whose subscribers it is for; `null` if it is for every node.
  default @Nullable TopicName topic() {
    return null;
  }

  /// What one batch has added to one topic, in order.
  ///
  /// @param previousTerm the term of the entry directly before the first one; 0 for none, or if it
  ///   is not known
  record Publications(Origin origin, TopicName topic, long previousTerm, List<Stored> items)
      implements RelayMessage {
    public Publications {
      items = List.copyOf(items);
    }

    /// A stored entry. Its content is what the log stores of it, so that a node of another version
    /// passes it on as it is.
    ///
    /// @param offset in its topic, in the term of the origin
    /// @param time when it was stored, in Unix milliseconds
    /// @param id as in a publication
    /// @param client who caused it
    /// @param target the offset of the entry that it amends; 0 for none
    /// @param kind the number of the kind of its content
    @SuppressWarnings("ArrayRecordComponent") // It is compared below.
    public record Stored(
        long offset, long time, String id, ClientId client, long target, int kind, byte[] body) {
      @Override
      public boolean equals(@Nullable Object other) {
        return other instanceof Stored that
            && offset == that.offset
            && time == that.time
            && id.equals(that.id)
            && client.equals(that.client)
            && target == that.target
            && kind == that.kind
            && Arrays.equals(body, that.body);
      }

      @Override
      public int hashCode() {
        return Long.hashCode(offset) ^ id.hashCode() ^ Arrays.hashCode(body);
      }

      @Override
      public String toString() {
        return "Stored[%s by %s, kind %s, %s bytes]".formatted(offset, client, kind, body.length);
      }
    }
  }

  /// Signals in one topic, in order: delivered, and never stored.
  record Signals(Origin origin, TopicName topic, List<Signal> items) implements RelayMessage {
    public Signals {
      items = List.copyOf(items);
    }

    /// A signal.
    ///
    /// @param except the client whose connections must not receive it; `null` for none
    /// @param kind the number of the kind of its content, see [SignalBody]
    @SuppressWarnings("ArrayRecordComponent") // It is compared below.
    public record Signal(@Nullable ClientId except, int kind, byte[] body) {
      @Override
      public boolean equals(@Nullable Object other) {
        return other instanceof Signal that
            && Objects.equals(except, that.except)
            && kind == that.kind
            && Arrays.equals(body, that.body);
      }

      @Override
      public int hashCode() {
        return kind ^ Arrays.hashCode(body);
      }

      @Override
      public String toString() {
        return "Signal[kind %s, %s bytes]".formatted(kind, body.length);
      }
    }
  }

  /// Which clients the sender has, and in which rooms: all of them, in parts, or what has changed.
  ///
  /// @param round the number of the last complete report: that of which this is a part, or to which
  ///   this is a change
  /// @param part the number of this part, from 0
  /// @param parts how many parts the report has; 0 for a change
  record Presence(Origin origin, long round, int part, int parts, List<Stay> stays)
      implements RelayMessage {
    public Presence {
      stays = List.copyOf(stays);
    }

    /// A client on the sender's node.
    ///
    /// @param room where; `null` for the connections of the client altogether
    /// @param name the name to show
    /// @param connections how many of its connections are there; 0 if the last one has left
    public record Stay(@Nullable RoomName room, ClientId client, String name, int connections) {}
  }

  /// The connections of a client are to be closed.
  ///
  /// @param question is repeated in the [Answer]
  /// @param closeCode the reason, as a code of the protocol
  record Disconnect(Origin origin, long question, ClientId client, int closeCode)
      implements RelayMessage {}

  /// What is revoked has changed, and is stored: it is to be read again, and the connections that
  /// it concerns are to be closed.
  ///
  /// @param question is repeated in the [Answer]
  record Revocation(Origin origin, long question) implements RelayMessage {}

  /// The list of members of a room has changed, and is stored: it is to be read again, and if a
  /// question is asked, the client is to be removed from the room unless it is a member.
  ///
  /// @param question is repeated in the [Answer]; 0 for none
  record Membership(Origin origin, long question, ClientId client, RoomName room)
      implements RelayMessage {}

  /// A client is erased: its connections are to be closed, and what they were sent is forgotten.
  record Erasure(Origin origin, ClientId client) implements RelayMessage {}

  /// Which connections a client has is to be told in a [Report].
  ///
  /// @param question is repeated there
  record Inquiry(Origin origin, long question, ClientId client) implements RelayMessage {}

  /// The connections of a client on the sender's node.
  ///
  /// @param question that of the message that is answered
  /// @param to the node that asked; others ignore it
  record Report(Origin origin, long question, NodeName to, List<Seen> connections)
      implements RelayMessage {
    public Report {
      connections = List.copyOf(connections);
    }

    /// A connection.
    ///
    /// @param name the id that its server gave it; empty for none
    /// @param speaks its protocol
    /// @param age since it was opened, in milliseconds
    /// @param waitingBytes the size of its send queue
    /// @param rooms the rooms that it is in
    public record Seen(
        String name, String speaks, long age, int waitingBytes, List<RoomName> rooms) {
      public Seen {
        rooms = List.copyOf(rooms);
      }
    }
  }

  /// What the connections of a client were sent from its inbox is to be told in a [SentReport].
  ///
  /// @param question is repeated there
  record SentInquiry(Origin origin, long question, ClientId client) implements RelayMessage {}

  /// What the connections of a client on the sender's node were sent from its inbox. All times are
  /// ages, in milliseconds: no node relies on the clock of another one.
  ///
  /// @param question that of the message that is answered
  /// @param to the node that asked; others ignore it
  /// @param age since the node was started; it knows of nothing before
  record SentReport(Origin origin, long question, NodeName to, long age, List<Sent> connections)
      implements RelayMessage {
    public SentReport {
      connections = List.copyOf(connections);
    }

    /// What one connection was sent.
    ///
    /// @param name the id that its server gave it; empty for none
    /// @param speaks its protocol
    /// @param device the name of its device; empty for none
    /// @param age since it was opened
    /// @param ended since it was closed; -1 if it is open
    /// @param personal the client's own notifications that were sent
    /// @param broadcasts the broadcasts that were sent
    public record Sent(
        String name,
        String speaks,
        String device,
        long age,
        long ended,
        List<OffsetRange> personal,
        List<OffsetRange> broadcasts) {
      public Sent {
        personal = List.copyOf(personal);
        broadcasts = List.copyOf(broadcasts);
      }
    }
  }

  /// What was asked is done.
  ///
  /// @param question that of the message that is answered
  /// @param to the node that asked; others ignore it
  /// @param count how many connections it concerned
  record Answer(Origin origin, long question, NodeName to, int count) implements RelayMessage {}

  /// Up to which batch the sender has committed. Sent often, also when there is nothing new: by its
  /// absence others notice that they hear nothing.
  ///
  /// @param after the last batch of the announcement before
  /// @param batches those after it up to the last; fewer if they are too many, which a reader
  ///   notices by the gap and reads from the database
  record Announcement(Origin origin, long after, List<Batch> batches) implements RelayMessage {
    public Announcement {
      batches = List.copyOf(batches);
    }

    /// Which topics a batch has changed.
    public record Batch(long seq, List<End> ends) {
      public Batch {
        ends = List.copyOf(ends);
      }
    }

    /// Up to where a topic reaches.
    ///
    /// @param offset of the last entry of the topic after the batch
    public record End(TopicName topic, long offset) {}
  }

  /// Which primary of the database the sender writes to. Sent every second.
  ///
  /// @param timeline the number that PostgreSQL counts up whenever a standby is promoted
  record Primary(Origin origin, long timeline) implements RelayMessage {}

  /// A message of a newer version. It is kept as it came, and passed on as such.
  ///
  /// @param whole the encoded message
  @SuppressWarnings("ArrayRecordComponent") // It is compared below.
  record Unknown(Origin origin, int kind, byte[] whole) implements RelayMessage {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Unknown that && Arrays.equals(whole, that.whole);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(whole);
    }

    @Override
    public String toString() {
      return "Unknown[%s, kind %s, %s bytes]".formatted(origin, kind, whole.length);
    }
  }
}
