package dev.tertulia.server.storage.journal;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What is left of deleted texts in the pages of files that the writer looks after itself.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "SQLITE_MEMORY"})
final class DeletedTextInPagesTest extends JournalOverStore {
  DeletedTextInPagesTest(TestStore store) {
    super(store);
  }

  @Test
  void aDeletedTextLeavesNoCopyOnAPageOfManyRooms() throws IOException {
    List<TopicName> rooms = IntStream.range(0, 20).mapToObj(i -> room("r" + i)).toList();
    Random random = new Random(5);
    Map<String, TopicName> said = new LinkedHashMap<>();
    for (int block = 0; block < 25; block++) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        TopicName room = rooms.get(random.nextInt(rooms.size()));
        String word = "word-" + said.size() + ".";
        said.put(word, room);
        String text = word + "x".repeat(random.nextInt(300));
        outcomes.add(log.append(room, chat(text), null, TargetRule.ANY));
      }
      outcomes.forEach(TestLog::await);
    }
    Map<TopicName, Long> heads = new HashMap<>();
    Set<String> gone = new HashSet<>();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    said.forEach((word, room) -> {
      long offset = heads.merge(room, 1L, Long::sum);
      if (random.nextInt(12) == 0) {
        gone.add(word);
        Entry.Deletion deletion = new Entry.Deletion(ANA, offset);
        outcomes.add(log.append(room, deletion, null, TargetRule.ANY));
      }
    });
    outcomes.forEach(TestLog::await);
    assertThat(gone).hasSizeGreaterThan(500);
    log.until(() -> Collections.disjoint(wordsInFiles(), gone));
    assertThat(wordsInFiles()).hasSize(said.size() - gone.size());
  }

  private Set<String> wordsInFiles() throws IOException {
    Set<String> found = new HashSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        Pattern.compile("word-\\d+\\.").matcher(bytes).results().forEach(r -> found.add(r.group()));
      }
    }
    return found;
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }
}
