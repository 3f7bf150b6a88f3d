package dev.tertulia.server.storage.admin;

import static dev.tertulia.server.storage.TestLog.ANA;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ErasureCounts;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.SampleData;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErasureOperationTest {
  private static final Pattern PLACE = Pattern.compile("\"term\":\"(\\w+)\",\"offset\":(\\d+)");

  @TempDir private Path data;

  private String export() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(data, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private ErasureCounts erase(String client) {
    try (ErasureOperation erasureOperation =
        ErasureOperation.of(data, client, FolderServer.NONE, Progress.NONE)) {
      erasureOperation.carryOut(Progress.NONE);
      return erasureOperation.counts();
    }
  }

  /// The files of the folder in which `text` stands.
  private List<String> filesWith(String text) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (Pattern.compile("(?i)" + text).matcher(bytes).find()) {
          found.add(file.getFileName().toString());
        }
      }
    }
    return found;
  }

  private static List<String> places(String lines, String topic) {
    return lines
        .lines()
        .filter(line -> line.startsWith("{\"type\":\"entry\",\"topic\":\"" + topic + "\""))
        .map(line -> {
          Matcher place = PLACE.matcher(line);
          assertThat(place.find()).isTrue();
          return place.group();
        })
        .toList();
  }

  @Test
  void theIdAndTheTextsAreRemovedFromAllFilesAndPositionsStay() throws IOException {
    try (TestLog log = new TestLog(data)) {
      SampleData.talk(log);
      SampleData.talk(log);
    }
    Files.writeString(data.resolve("memory.sqlite"), "secreto de ana");
    assertThat(filesWith("secreto")).contains("tertulia.sqlite");
    String before = export();
    ErasureCounts counts = erase("ana");
    assertThat(counts.messages()).isPositive();
    assertThat(counts.notifications()).isEqualTo(8);
    assertThat(counts.received()).isEqualTo(8);
    assertThat(counts.devices()).isEqualTo(1);
    assertThat(counts.reactions()).isPositive();
    assertThat(counts.rooms()).isEqualTo(2);
    assertThat(filesWith("secreto")).isEmpty();
    assertThat(filesWith("\\bana\\b|Roja")).isEmpty();
    assertThat(filesWith("en el patio")).containsExactly("tertulia.sqlite");
    String after = export();
    for (String room : new String[] {"room:lobby", "room:patio", "inbox:bea", "broadcasts"}) {
      assertThat(places(after, room)).isNotEmpty().isEqualTo(places(before, room));
    }
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
    try (TestLog log = new TestLog(data)) {
      assertThat(
              requireNonNull(log.stored(new Entry.Chat(ANA, "Ana", "otra"), "a1-0").position())
                  .offset())
          .isEqualTo(places(before, "room:lobby").size() + 1);
      log.append(
              TopicName.inbox(ANA),
              new Entry.Notification(ANA, Entry.Scope.PERSONAL, "x"),
              null,
              dev.tertulia.server.topic.Draft.TargetRule.ANY)
          .join();
    }
  }

  @Test
  void anErasureThatIsNotExecutedChangesNothing() throws IOException {
    SampleData.in(data);
    String before = export();
    try (ErasureOperation erasureOperation =
        ErasureOperation.of(data, "ana", FolderServer.NONE, Progress.NONE)) {
      assertThat(erasureOperation.counts().isNothing()).isFalse();
    }
    assertThat(export()).isEqualTo(before);
  }

  @Test
  void importedEntriesDoNotRestoreAnErasedClient() throws IOException {
    SampleData.in(data);
    String before = export();
    erase("ana");
    ImportReport report =
        Import.into(
            data,
            new java.io.ByteArrayInputStream(before.getBytes(StandardCharsets.UTF_8)),
            FolderServer.NONE,
            Progress.NONE);
    assertThat(report.deleted()).isPositive();
    assertThat(
            export()
                .lines()
                .filter(line -> line.startsWith("{\"type\":\"entry\",\"topic\":\"room:lobby\"")))
        .isNotEmpty()
        .noneMatch(line -> line.contains("secreto"));
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void aClientWithoutDataIsReported() {
    SampleData.in(data);
    assertThat(erase("nobody").isNothing()).isTrue();
  }

  @Test
  void aRunningJournalErasesAndNotifiesSubscribers() throws Exception {
    try (TestLog log = new TestLog(data)) {
      SampleData.talk(log);
      log.publications.clear();
      List<Outcome> meanwhile = new ArrayList<>();
      Runnable begun =
          () -> {
            meanwhile.add(log.say(new Entry.Chat(ANA, "Ana", "secreto"), null));
            meanwhile.add(log.say(new Entry.Chat(TestLog.BEA, "Bea", "sigo"), null));
          };
      assertThat(
              new ErasureRunner(new RunningOperations.Place(log.journal, log.folder.database()))
                  .erase("ana", begun, found -> {}))
          .isTrue();
      assertThat(meanwhile.getFirst()).isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      assertThat(meanwhile.getLast()).isInstanceOf(Outcome.Stored.class);
      assertThat(filesWith("secreto")).isEmpty();
      assertThat(filesWith("\\bana\\b|Roja")).isEmpty();
      assertThat(log.publications)
          .isNotEmpty()
          .allMatch(told ->
              told.position() == null
                  ? told.entry() instanceof Entry.Deletion gone
                      && gone.client().equals(ClientId.ERASED)
                  : told.entry() instanceof Entry.Chat chat && chat.message().equals("sigo"));
      assertThat(log.publications.stream().filter(told -> told.position() == null)).isNotEmpty();
      // It may speak again, and is somebody new.
      assertThat(log.say(new Entry.Chat(ANA, "Ana", "otra"), "a1-0"))
          .isInstanceOf(Outcome.Stored.class);
    }
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void aSilentServerAndAnInvalidIdAreReported() throws IOException {
    try (TestLog log = new TestLog(data)) {
      SampleData.talk(log);
      try (ErasureOperation erasureOperation =
          ErasureOperation.of(data, "ana", FolderServer.NONE, Progress.NONE)) {
        assertThatThrownBy(() ->
                erasureOperation.carryOut(
                    Progress.NONE,
                    new ServedFolder.Patience(Duration.ofMillis(300), Duration.ZERO)))
            .isInstanceOf(DataFolderException.class)
            .hasMessageContaining("process " + ProcessHandle.current().pid());
      }
      assertThat(PendingErasure.read(data)).isNull();
    }
    assertThatThrownBy(() -> erase("a na")).isInstanceOf(DataFolderException.class);
    assertThatThrownBy(() -> erase("~erased")).isInstanceOf(DataFolderException.class);
  }
}
