package dev.tertulia.server.chat;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// The rooms, each a topic. Safe for any thread.
public final class Rooms {
  private final Journal journal;
  private final Language.Words words;

  public Rooms(Journal journal, Language language) {
    this.journal = journal;
    words = language.words();
  }

  /// Says `message` in `room`, to everybody there, the speaker included.
  ///
  /// @param sender the name to show; `null` for nobody's
  /// @param message `null` for an empty one
  public Appended say(
      RoomName room, ClientId client, @Nullable String sender, @Nullable String message) {
    Entry.Chat chat =
        new Entry.Chat(
            client, sender == null ? words.anonymous() : sender, message == null ? "" : message);
    return journal.append(new Draft.Append(TopicName.room(room), chat));
  }
}
