package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.Entry;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/// Measures the text of an entry, for the size of pages of a log.
public final class TextBytes {
  /// The most text of a page, unless a single entry has more.
  static final int OF_PAGE = 256 << 10;

  private TextBytes() {}

  /// The size of all texts in `entry` that people wrote, in bytes of UTF-8.
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
