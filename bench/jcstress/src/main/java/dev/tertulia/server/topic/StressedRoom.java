package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import java.util.List;

/// A room whose log one thread writes while loops come and go.
final class StressedRoom {
  static final TopicName TOPIC = TopicName.room(RoomName.LOBBY);
  static final WireFormat FIRST = new DigitFormat(0);
  static final WireFormat SECOND = new DigitFormat(1);

  /// The offsets of all that [#commitAll] commits.
  static final String ALL = "12345678";

  private static final ClientId ANA = new ClientId("ana");

  final Fanout fanout = new Fanout(List.of(FIRST, SECOND));

  /// The newest entry that is committed, and so can be read. Written by the journal's thread.
  volatile long head;

  /// Commits the next entry, and then hands it over.
  void commit() {
    long offset = head + 1;
    head = offset;
    fanout.publish(List.of(entry(offset)));
  }

  /// Commits as many entries as are told apart by a digit, one by one.
  void commitAll() {
    for (int i = 0; i < ALL.length(); i++) {
      commit();
    }
  }

  static Publication entry(long offset) {
    return entry(offset, new Entry.Chat(ANA, "Ana", "hola"));
  }

  static Publication entry(long offset, Entry.Kept entry) {
    return Publication.kept(TOPIC, new Position(1, offset), 0, "", entry);
  }

  /// A message without its text.
  static Entry.Kept blanked() {
    return new Entry.Chat(ANA, "Ana", "", null, null, true);
  }
}
