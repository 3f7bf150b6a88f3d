package dev.tertulia.server.protocol;

import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.base.MessageReader;
import dev.tertulia.server.protocol.full.Reply;
import dev.tertulia.server.protocol.full.Request;
import java.nio.charset.StandardCharsets;

/// What the fuzzer calls: both readers read anything without an exception, and what they make of
/// UTF-8 can be said again.
public final class ReadersTarget {
  private static final Request.Reader REQUESTS = new Request.Reader(Language.EN);
  private static final MessageReader MESSAGES = new MessageReader(Language.EN);
  private static final EntryWriter WRITER = EntryWriter.of(Language.EN);
  private static final ClientId CLIENT = new ClientId("c");

  private ReadersTarget() {}

  /// Called by name, again and again.
  public static void fuzzerTestOneInput(byte[] input) {
    MESSAGES.read(input, 0, input.length);
    REQUESTS.read(input, 0, input.length);
    byte[] text = new String(input, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    MESSAGES.read(text, 0, text.length);
    switch (REQUESTS.read(text, 0, text.length)) {
      case Received.Refused<Request> refused ->
          JsonTree.read(
              Reply.Writer.reply(refused.ref(), new Reply.Refused(null, refused.refusal())));
      case Received.Ok<Request> ok -> {
        JsonTree.read(Reply.Writer.reply(ok.ref(), new Reply.Done()));
        if (ok.request() instanceof Request.InRoom(RoomCommand.Chat chat)) {
          sayAgain(chat);
        }
      }
    }
  }

  private static void sayAgain(RoomCommand.Chat chat) {
    String sender = chat.sender() == null ? "" : chat.sender();
    byte[] frame =
        WRITER.entry(
            new Entry.Chat(CLIENT, sender, chat.message(), chat.replyTo(), chat.data(), false),
            chat.room().value(),
            new EntryPosition(1, "t:1"),
            1,
            chat.id() == null ? "" : chat.id());
    Object message = JsonTree.read(frame).get("message");
    if (!chat.message().equals(message)) {
      throw new AssertionError("another message: " + message);
    }
    for (byte b : frame) {
      if (b >= 0 && b < ' ' && b != '\t') {
        throw new AssertionError("more than one line");
      }
    }
  }
}
