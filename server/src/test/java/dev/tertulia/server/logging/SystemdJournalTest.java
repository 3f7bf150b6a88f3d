package dev.tertulia.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemdJournalTest {
  @TempDir private Path folder;

  @Test
  void theJournalReadsTheStreamThatTheEnvironmentNames() throws IOException {
    Path stream = Files.createFile(folder.resolve("stream"));
    Path other = Files.createFile(folder.resolve("other"));
    Map<String, Object> is = Files.readAttributes(stream, "unix:dev,ino");
    Map<String, String> named = Map.of("JOURNAL_STREAM", is.get("dev") + ":" + is.get("ino"));
    Path link = Files.createSymbolicLink(folder.resolve("1"), stream);

    assertThat(SystemdJournal.reads(link, named)).isTrue();
    assertThat(SystemdJournal.reads(other, named)).isFalse();
    assertThat(SystemdJournal.reads(stream, Map.of())).isFalse();
    assertThat(SystemdJournal.reads(stream, Map.of("JOURNAL_STREAM", "x"))).isFalse();
    assertThat(SystemdJournal.reads(folder.resolve("none"), named)).isFalse();
  }
}
