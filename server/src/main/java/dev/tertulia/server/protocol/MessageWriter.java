package dev.tertulia.server.protocol;

import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes what base clients are sent: the types `chat`, `notification` and `error`, and no other.
///
/// Safe for any thread.
public final class MessageWriter {
  private static final long NO_OFFSET = -1;

  private final JsonFactory json = JsonFactory.builder().build();
  private final Language.Words words;

  public MessageWriter(Language language) {
    words = language.words();
  }

  /// A stored entry, as JSON in UTF-8.
  ///
  /// @param topic the name of the room; of no meaning to entries that are not of rooms
  /// @param time Unix milliseconds
  public byte[] stored(Entry entry, String topic, long offset, long time) {
    return write(out -> writeEntry(out, entry, topic, offset, time));
  }

  /// A signal: an entry that was not stored, so it has no offset.
  public byte[] signal(Entry entry, String topic, long time) {
    return write(out -> writeEntry(out, entry, topic, NO_OFFSET, time));
  }

  /// The answer to a request that is not carried out.
  public byte[] refusal(Refusal refusal) {
    return write(out ->
        out.writeStringProperty("type", "error")
            .writeStringProperty("code", refusal.code().wireName())
            .writeStringProperty("message", refusal.message())
            .writeBooleanProperty("retry", refusal.code() == ErrorCode.UNAVAILABLE));
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
        String client = departure.client().value();
        out.writeStringProperty("type", "chat")
            .writeStringProperty("room", topic)
            .writeStringProperty("client", client)
            .writeStringProperty("sender", words.system())
            .writeStringProperty("message", words.departed().formatted(client))
            .writeBooleanProperty("system", true);
      }
      case Entry.Notification notification -> {
        out.writeStringProperty("type", "notification")
            .writeStringProperty("scope", notification.scope().wireName())
            .writeStringProperty("client", notification.from().value())
            .writeStringProperty("message", notification.message());
      }
    }
    if (offset != NO_OFFSET) {
      out.writeNumberProperty("offset", offset);
    }
    out.writeNumberProperty("time", time);
  }

  private byte[] write(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      fields.writeTo(out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// Writes the fields of one object.
  private interface Fields {
    void writeTo(JsonGenerator out);
  }
}
