package dev.tertulia.server.notification;

import dev.tertulia.server.protocol.Entry.Urgency;
import org.jspecify.annotations.Nullable;

/// What a notification says. Its bounds have been checked before.
///
/// @param message may be empty if there is `data`
/// @param title a few words that stand above
/// @param data any JSON value, as text
/// @param category the application's own word for what kind it is
public record Notice(
    String message,
    @Nullable String title,
    @Nullable String data,
    @Nullable String category,
    Urgency urgency) {
  /// A message and no more.
  public static Notice of(String message) {
    return new Notice(message, null, null, null, Urgency.NORMAL);
  }
}
