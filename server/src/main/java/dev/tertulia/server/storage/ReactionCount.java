package dev.tertulia.server.storage;

import dev.tertulia.server.chat.RoomLog.Reactions;
import dev.tertulia.server.protocol.ClientId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts reactions by message and emoji, for one reader; in each message the emoji that was there
/// first comes first.
final class ReactionCount {
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
    Count count =
        counts
            .computeIfAbsent(row.target(), target -> new HashMap<>())
            .computeIfAbsent(row.emoji(), emoji -> new Count());
    count.first = Math.min(count.first, row.offset());
    count.count++;
    count.mine |= row.client().equals(reader);
  }

  /// All of them, by the offset of the message.
  Map<Long, List<Reactions>> byTarget() {
    Map<Long, List<Reactions>> all = new HashMap<>();
    counts.forEach((target, byEmoji) -> {
      List<Reactions> reactions = new ArrayList<>(byEmoji.size());
      byEmoji.entrySet().stream()
          .sorted(Comparator.comparingLong(entry -> entry.getValue().first))
          .forEach(entry ->
              reactions.add(
                  new Reactions(entry.getKey(), entry.getValue().count, entry.getValue().mine)));
      all.put(target, List.copyOf(reactions));
    });
    return all;
  }
}
