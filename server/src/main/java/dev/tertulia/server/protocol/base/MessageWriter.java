package dev.tertulia.server.protocol.base;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ErrorWriter;
import dev.tertulia.server.protocol.Received.Ref;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes messages to base clients: only the types `chat`, `notification` and `error`.
///
/// Safe for any thread.
public final class MessageWriter {
  /// The offset of entries that are not in the log.
  public static final long NO_OFFSET = -1;

  private final Language.Words words;

  public MessageWriter(Language language) {
    words = language.words();
  }

  /// Whether base clients receive this kind of entry.
  public static boolean isForBaseClients(Entry entry) {
    return switch (entry) {
      case Entry.Chat chat -> true;
      case Entry.Departure departure -> true;
      case Entry.Notification notification -> true;
      case Entry.Edit edit -> false;
      case Entry.Deletion deletion -> false;
      case Entry.Reaction reaction -> false;
      case Entry.Typing typing -> false;
      case Entry.ReadMark mark -> false;
      case Entry.Presence presence -> false;
      case Entry.InboxRead read -> false;
      case Entry.Revocation revocation -> false;
      case Entry.Unreadable unreadable -> false;
    };
  }

  /// Encodes an entry that [#isForBaseClients], as JSON in UTF-8.
  ///
  /// @param topic the name of the room; ignored for entries of other topics
  /// @param offset [#NO_OFFSET] for entries that are not in the log
  /// @param time Unix milliseconds
  public byte[] entry(Entry entry, String topic, long offset, long time) {
    return JsonText.object(out -> writeEntry(out, entry, topic, offset, time));
  }

  /// Encodes the answer to a refused request.
  public byte[] refusal(Refusal refusal) {
    return refusal(refusal, null);
  }

  /// Encodes the answer to a refused request with a `ref`.
  public byte[] refusal(Refusal refusal, @Nullable Ref ref) {
    return ErrorWriter.error(ref, refusal);
  }

  private void writeEntry(JsonGenerator out, Entry entry, String topic, long offset, long time) {
    switch (entry) {
      case Entry.Chat chat -> {
        out.writeStringProperty("type", "chat")
            .writeStringProperty("room", topic)
            .writeStringProperty("client", chat.client().value())
            .writeStringProperty("sender", chat.sender())
            .writeStringProperty("message", chat.message());
      }
      case Entry.Departure departure -> {
        EntryWriter.departure(out, departure, topic, words, time);
        return;
      }
      case Entry.Notification notification -> {
        out.writeStringProperty("type", "notification")
            .writeStringProperty("scope", notification.scope().wireName())
            .writeStringProperty("client", notification.client().value())
            .writeStringProperty("message", notification.message());
      }
      case Entry.Edit edit -> throw notForBaseClients(edit);
      case Entry.Deletion deletion -> throw notForBaseClients(deletion);
      case Entry.Reaction reaction -> throw notForBaseClients(reaction);
      case Entry.Typing typing -> throw notForBaseClients(typing);
      case Entry.ReadMark mark -> throw notForBaseClients(mark);
      case Entry.Presence presence -> throw notForBaseClients(presence);
      case Entry.InboxRead read -> throw notForBaseClients(read);
      case Entry.Revocation revocation -> throw notForBaseClients(revocation);
      case Entry.Unreadable unreadable -> throw notForBaseClients(unreadable);
    }
    if (offset != NO_OFFSET) {
      out.writeNumberProperty("offset", offset);
    }
    out.writeNumberProperty("time", time);
  }

  private static IllegalArgumentException notForBaseClients(Entry entry) {
    return new IllegalArgumentException(
        entry.getClass().getSimpleName() + " is not for base clients");
  }
}
