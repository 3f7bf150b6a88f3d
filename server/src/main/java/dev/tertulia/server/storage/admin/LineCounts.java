package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.storage.rows.Lines.Count;
import dev.tertulia.server.storage.rows.Tables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// How many lines of each kind an export has, as its last line says. For one thread.
final class LineCounts {
  private final Map<Count, Long> counts = new LinkedHashMap<>();

  LineCounts(Tables tables) {
    tables.counts().forEach(count -> counts.put(count, 0L));
  }

  /// What the last line of an export says. It need not name a table that the version that wrote it
  /// did not have.
  static LineCounts of(ExportLine line, Tables tables) throws BadLineException {
    LineCounts said = new LineCounts(tables);
    for (Count count : tables.counts()) {
      said.counts.put(count, line.has(count.field()) ? line.count(count.field()) : 0L);
    }
    return said;
  }

  void add(Count count) {
    counts.merge(count, 1L, Long::sum);
  }

  long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  boolean isSame(LineCounts other) {
    return counts.equals(other.counts);
  }

  void write(JsonGenerator out) {
    counts.forEach((count, number) -> out.writeNumberProperty(count.field(), number));
  }

  /// All of them, for messages.
  String words() {
    String all =
        counts.entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey().words())
            .collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " and" + all.substring(last + 1);
  }
}
