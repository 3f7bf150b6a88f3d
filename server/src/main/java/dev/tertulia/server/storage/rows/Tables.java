package dev.tertulia.server.storage.rows;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tables of a log, in the order of their lines in an export. Immutable.
public record Tables(List<Table<?>> all) {
  /// How many topics an export has.
  public static final Lines.Count TOPICS = new Lines.Count("topics");

  /// How many entries an export has.
  public static final Lines.Count ENTRIES = new Lines.Count("entries");

  /// Topics first, then what belongs to topics, then what belongs to clients.
  public static final Tables ALL =
      new Tables(
          List.of(
              TopicRow.TABLE,
              EntryRow.TABLE,
              ReactionRow.TABLE,
              RequestRow.TABLE,
              ParticipantRow.TABLE,
              ClientRow.TABLE,
              InboxReadRow.TABLE,
              DeviceRow.TABLE,
              ShownRow.TABLE,
              ApiKeyRow.TABLE,
              RevocationRow.TABLE,
              BatchRow.TABLE));

  /// The same, and what servers tell each other in a database that they share.
  public static final Tables SHARED =
      new Tables(Stream.concat(ALL.all.stream(), Stream.of(BegunRow.TABLE)).toList());

  public Tables {
    all = List.copyOf(all);
  }

  /// All tables but the topics and entries, of which the others only tell.
  public Stream<Table<?>> besideTheLog() {
    return all.stream().filter(table -> table != TopicRow.TABLE && table != EntryRow.TABLE);
  }

  /// The lines of a type, if they are not those of topics or entries; `null` if there are none.
  public @Nullable Lines<?> lines(String type) {
    for (Table<?> table : all) {
      if (table.name().equals(type)) {
        return table.lines();
      }
    }
    return null;
  }

  /// The numbers in the last line of an export, in their order there.
  public Set<Lines.Count> counts() {
    Set<Lines.Count> counts = new LinkedHashSet<>(List.of(TOPICS, ENTRIES));
    for (Table<?> table : all) {
      if (table.lines() != null) {
        counts.add(table.lines().count());
      }
    }
    return counts;
  }
}
