package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/// How much text an entry carries: what pages of a log are measured in.
public final class TextBytes {
  private TextBytes() {}

  /// The bytes of UTF-8 of all text that people wrote in `entry`.
  public static int of(Entry entry) {
    return switch (entry) {
      case Entry.Chat chat -> utf8(chat.sender()) + utf8(chat.message()) + utf8(chat.data());
      case Entry.Edit edit -> utf8(edit.message());
      case Entry.Deletion deletion -> 0;
      case Entry.Reaction reaction -> utf8(reaction.emoji());
      case Entry.Notification notification ->
          utf8(notification.message())
              + utf8(notification.title())
              + utf8(notification.data())
              + utf8(notification.category());
      case Entry.InboxRead read -> read.ids().stream().mapToInt(String::length).sum();
      case Entry.Revocation revocation -> 0;
      case Entry.Unreadable unreadable -> 0;
      case Entry.Departure departure -> 0;
      case Entry.Typing typing -> utf8(typing.sender());
      case Entry.ReadMark mark -> 0;
      case Entry.Presence presence -> utf8(presence.name());
    };
  }

  private static int utf8(@Nullable String text) {
    return text == null ? 0 : ByteBufUtil.utf8Bytes(text);
  }
}
