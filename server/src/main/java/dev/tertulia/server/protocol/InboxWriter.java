package dev.tertulia.server.protocol;

import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.protocol.Received.Ref;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes pages of inboxes, for the full protocol and the HTTP API, as JSON in UTF-8. Safe for any
/// thread.
public final class InboxWriter {
  private InboxWriter() {}

  /// The notifications of a page as frames.
  public static List<byte[]> frames(InboxLog.Page page, EntryWriter writer) {
    List<byte[]> frames = new ArrayList<>(page.items().size());
    for (InboxLog.Item item : page.items()) {
      frames.add(writer.encode(item.publication(), item.read()));
    }
    return frames;
  }

  /// Encodes a page.
  ///
  /// @param ref the `ref` of the request; `null` for none
  /// @param notifications as [#frames] has encoded them
  public static byte[] page(
      @Nullable Ref ref, List<byte[]> notifications, int unread, boolean more) {
    return FrameList.write(
        ref,
        "inbox",
        out -> {},
        "notifications",
        notifications,
        out -> out.writeNumberProperty("unread", unread).writeBooleanProperty("more", more));
  }
}
