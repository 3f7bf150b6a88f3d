package dev.tertulia.server.notification;

import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one connection of a client was sent from its inbox: written to the socket, which does not
/// prove that it arrived.
///
/// @param connection the id that the server gave the connection; empty for none
/// @param speaks the protocol: `base`, `full` or `stream`
/// @param device the device name that the client sent; `null` for none
/// @param began when the connection was opened, in Unix milliseconds
/// @param ended when it was closed, in Unix milliseconds; `null` if it is open
/// @param personal the client's own notifications that were sent
/// @param broadcasts the broadcasts that were sent
public record SendRecord(
    String connection,
    String speaks,
    @Nullable String device,
    long began,
    @Nullable Long ended,
    List<OffsetRange> personal,
    List<OffsetRange> broadcasts) {
  public SendRecord {
    personal = List.copyOf(personal);
    broadcasts = List.copyOf(broadcasts);
  }

  /// Whether `notification`, which is in the inbox of the client, was sent.
  public boolean includes(Publication notification) {
    Position position = notification.position();
    List<OffsetRange> sent =
        notification.topic().kind() == TopicName.Kind.BROADCASTS ? broadcasts : personal;
    return position != null && sent.stream().anyMatch(range -> range.holds(position.offset()));
  }

  /// When `notification` was sent, if it was: the time at which it was stored, or at which the
  /// connection was opened if that was later. In Unix milliseconds.
  public long time(Publication notification) {
    return Math.max(began, notification.time());
  }
}
