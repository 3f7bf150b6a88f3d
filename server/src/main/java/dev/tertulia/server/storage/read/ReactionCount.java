package dev.tertulia.server.storage.read;

import dev.tertulia.server.chat.RoomLog.Reactions;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.rows.ReactionRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts reactions by message and emoji, for one reader; the emoji of a message are in the order
/// of their first use, and at most [#MOST_EMOJI] are reported.
final class ReactionCount {
  /// The most emoji of one message that are told: one client may react with any number of them.
  static final int MOST_EMOJI = 200;

  private static final class Count {
    private long first = Long.MAX_VALUE;
    private int count;
    private boolean mine;
  }

  private final String reader;
  private final Map<Long, Map<String, Count>> counts = new HashMap<>();

  ReactionCount(ClientId reader) {
    this.reader = reader.value();
  }

  void add(ReactionRow row) {
    add(row.target(), row.emoji(), 1, row.offset(), row.client().equals(reader));
  }

  /// @param more how many have reacted so
  /// @param first the offset at which the first of them has
  /// @param mine whether the reader is among them
  void add(long target, String emoji, int more, long first, boolean mine) {
    Count count =
        counts
            .computeIfAbsent(target, key -> new HashMap<>())
            .computeIfAbsent(emoji, key -> new Count());
    count.first = Math.min(count.first, first);
    count.count += more;
    count.mine |= mine;
  }

  /// All of them, by the offset of the message.
  Map<Long, List<Reactions>> byTarget() {
    Map<Long, List<Reactions>> all = new HashMap<>();
    counts.forEach((target, byEmoji) -> {
      List<Reactions> reactions = new ArrayList<>(byEmoji.size());
      byEmoji.entrySet().stream()
          .sorted(Comparator.comparingLong(entry -> entry.getValue().first))
          .limit(MOST_EMOJI)
          .forEach(entry ->
              reactions.add(
                  new Reactions(entry.getKey(), entry.getValue().count, entry.getValue().mine)));
      all.put(target, List.copyOf(reactions));
    });
    return all;
  }
}
