package dev.tertulia.server.notification;

import dev.tertulia.server.model.Entry.Urgency;
import org.jspecify.annotations.Nullable;

/// The content of a notification. Its limits have been checked before.
///
/// @param message the text; may be empty if there is `data`
/// @param title the title
/// @param data any JSON value, as text
/// @param category a category defined by the application
public record Notice(
    String message,
    @Nullable String title,
    @Nullable String data,
    @Nullable String category,
    Urgency urgency) {
  /// A notification with only a message.
  public static Notice of(String message) {
    return new Notice(message, null, null, null, Urgency.NORMAL);
  }
}
