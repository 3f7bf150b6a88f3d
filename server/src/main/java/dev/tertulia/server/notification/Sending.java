package dev.tertulia.server.notification;

import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one connection of a client was sent of its inbox: given to its socket, which says nothing
/// of whether it arrived.
///
/// @param connection the server's name for it; empty if it has none
/// @param speaks `base`, `full` or `stream`
/// @param device the client's own name for what it is; `null` if it has said none
/// @param began when, in Unix milliseconds
/// @param ended when, in Unix milliseconds; `null` if it is open
/// @param personal which of the client's own notifications
/// @param broadcasts which of those to all
public record Sending(
    String connection,
    String speaks,
    @Nullable String device,
    long began,
    @Nullable Long ended,
    List<OffsetRange> personal,
    List<OffsetRange> broadcasts) {
  public Sending {
    personal = List.copyOf(personal);
    broadcasts = List.copyOf(broadcasts);
  }

  /// Whether `notification`, which is in the client's inbox, is among it.
  public boolean includes(Publication notification) {
    Position position = notification.position();
    List<OffsetRange> sent =
        notification.topic().kind() == TopicName.Kind.BROADCASTS ? broadcasts : personal;
    return position != null && sent.stream().anyMatch(range -> range.holds(position.offset()));
  }

  /// When `notification`, if it is among it, was sent: when it was stored, or when the connection
  /// began if that was later. In Unix milliseconds.
  public long time(Publication notification) {
    return Math.max(began, notification.time());
  }
}
