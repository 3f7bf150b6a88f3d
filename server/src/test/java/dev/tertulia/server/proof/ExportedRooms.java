package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The rooms of a data folder according to `./tertulia export`: their contents, as reported by a
/// process that has not served them. For messages without amendments.
final class ExportedRooms {
  private final Map<String, Room> rooms = new HashMap<>();

  /// One room's log, oldest entry first.
  static final class Room {
    private final List<Seen> entries = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();

    int size() {
      return entries.size();
    }

    /// How many entries there are up to the one at `pos`, that one included; -1 if there is none.
    int upTo(String pos) {
      Integer place = places.get(pos);
      return place == null ? -1 : place + 1;
    }

    /// How many entries there are with an offset below `offset`.
    int below(long offset) {
      int low = 0;
      int high = entries.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (entries.get(middle).offset() < offset) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    Run run(int from, int to) {
      Run run = new Run();
      entries.subList(from, to).forEach(run::add);
      return run;
    }
  }

  /// Exports a folder and reads that.
  static ExportedRooms of(Path data, Path file) throws IOException {
    ServerUnderTest.Ended ended =
        ServerUnderTest.run("export", "--data", data.toString(), "--to", file.toString());
    assertThat(ended.exit()).as(ended.output()).isZero();
    ExportedRooms all = new ExportedRooms();
    try (Stream<String> lines = Files.lines(file)) {
      lines
          .filter(line -> line.startsWith("{\"type\":\"entry\",\"topic\":\"room:"))
          .forEach(line -> all.add(Json.parse(line)));
    }
    return all;
  }

  private void add(Json line) {
    assertThat(line.text("kind")).isEqualTo("chat");
    if (!(line.fields().get("body") instanceof Json body)) {
      throw new AssertionError("an entry without a body: " + line);
    }
    long offset = line.number("offset");
    Seen entry =
        new Seen(
            offset,
            line.text("term") + ":" + offset,
            "chat",
            line.text("client"),
            line.text("id"),
            body.text("message"));
    Room room = rooms.computeIfAbsent(line.text("topic").substring(5), _ -> new Room());
    room.places.put(entry.pos(), room.entries.size());
    room.entries.add(entry);
  }

  Room room(String name) {
    return rooms.getOrDefault(name, new Room());
  }
}
