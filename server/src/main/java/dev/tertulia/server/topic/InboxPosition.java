package dev.tertulia.server.topic;

import org.jspecify.annotations.Nullable;

/// A place in an inbox, which is two logs: the client's own, and the broadcasts.
///
/// What is delivered tells the place in its own log alone, because it is the same bytes for all:
/// the other part is what had been stored by then, and found by whoever is given the place back. So
/// one part may be missing, and never both.
///
/// @param personal in the client's own log; `null` if the other part tells
/// @param broadcasts in the broadcasts; `null` if the other part tells
public record InboxPosition(@Nullable Position personal, @Nullable Position broadcasts) {
  /// Before everything.
  public static final InboxPosition START = new InboxPosition(Position.START, Position.START);

  /// What stands between the two parts.
  private static final char SEPARATOR = '+';

  /// @throws IllegalArgumentException if both parts are missing
  public InboxPosition {
    if (personal == null && broadcasts == null) {
      throw new IllegalArgumentException("at least one part is required");
    }
  }

  /// Reads what [#toString] wrote, as it wrote it.
  ///
  /// @return `null` if it did not
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

  /// The opaque text that clients keep: both parts with a `+` between, or one of them and the `+`.
  @Override
  public String toString() {
    return (personal == null ? "" : personal.toString())
        + SEPARATOR
        + (broadcasts == null ? "" : broadcasts.toString());
  }
}
