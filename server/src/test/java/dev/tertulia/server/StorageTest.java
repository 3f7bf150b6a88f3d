package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorageTest {
  @TempDir Path folder;

  private static Storage.Plan plan(boolean memory) {
    return new Storage.Plan(
        topic -> Durability.DURABLE,
        memory,
        room -> false,
        topic -> Retention.FOREVER,
        ClientExpiry.NEVER,
        NameBounds.NONE,
        16,
        1 << 20,
        1 << 20,
        System::currentTimeMillis,
        batch -> {},
        topic -> {},
        client -> {});
  }

  @Test
  void aFailedOpeningLeavesNothingOpen() throws IOException {
    // It can't be removed, and so not made anew.
    Path inTheWay = folder.resolve("memory.sqlite");
    Files.createDirectories(inTheWay.resolve("not empty"));
    Set<Thread> before = threads();
    assertThatThrownBy(() -> new Storage(folder, plan(true)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(inTheWay.toString());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(started(before)).isEmpty());
    assertThat(openFiles()).isEmpty();
    try (Storage opened = new Storage(folder, plan(false))) {
      assertThat(opened.health().ok()).isTrue();
      assertThat(openFiles()).isNotEmpty();
    }
  }

  @Test
  void aFaultOfTheMemoryDatabaseIsReported() throws IOException {
    try (Storage opened = new Storage(folder, plan(true))) {
      assertThat(opened.health().ok()).isTrue();
      Files.delete(folder.resolve("memory.sqlite"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> opened.health().cause().contains("the log of what is not kept"));
    }
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  private static Set<Thread> started(Set<Thread> before) {
    Set<Thread> now = threads();
    now.removeAll(before);
    now.removeIf(thread ->
        !thread.getName().startsWith("journal") && !thread.getName().startsWith("reader"));
    return now;
  }

  /// Those of this process in the folder.
  private Set<Path> openFiles() throws IOException {
    Set<Path> open = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (Files.isSymbolicLink(file)) {
          Path target = Files.readSymbolicLink(file);
          if (target.startsWith(folder)) {
            open.add(target);
          }
        }
      }
    }
    return open;
  }
}
