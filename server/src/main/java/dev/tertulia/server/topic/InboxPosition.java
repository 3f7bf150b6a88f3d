package dev.tertulia.server.topic;

import org.jspecify.annotations.Nullable;

/// A position in an inbox, which consists of two logs: the client's own, and the broadcasts.
///
/// A delivered entry contains only the position in its own log, because its bytes are the same for
/// all recipients. The other part follows from what was stored at that time, and is looked up when
/// the position is sent back. So one part may be missing, but not both.
///
/// @param personal the position in the client's own log; `null` if it follows from the other part
/// @param broadcasts the position in the broadcasts; `null` if it follows from the other part
public record InboxPosition(@Nullable Position personal, @Nullable Position broadcasts) {
  /// The position before all entries.
  public static final InboxPosition START = new InboxPosition(Position.START, Position.START);

  /// The separator between the two parts.
  private static final char SEPARATOR = '+';

  /// @throws IllegalArgumentException if both parts are missing
  public InboxPosition {
    if (personal == null && broadcasts == null) {
      throw new IllegalArgumentException("at least one part is required");
    }
  }

  /// Parses the exact output of [#toString].
  ///
  /// @return `null` if `text` is anything else
  public static @Nullable InboxPosition parse(String text) {
    int separator = text.indexOf(SEPARATOR);
    if (separator < 0 || text.length() == 1) {
      return null;
    }
    String first = text.substring(0, separator);
    String second = text.substring(separator + 1);
    Position personal = Position.parse(first);
    Position broadcasts = Position.parse(second);
    boolean good =
        (personal != null || first.isEmpty()) && (broadcasts != null || second.isEmpty());
    return good ? new InboxPosition(personal, broadcasts) : null;
  }

  /// The opaque text form that clients keep: both parts with a `+` between them, or one part and
  /// the `+`.
  @Override
  public String toString() {
    return (personal == null ? "" : personal.toString())
        + SEPARATOR
        + (broadcasts == null ? "" : broadcasts.toString());
  }
}
