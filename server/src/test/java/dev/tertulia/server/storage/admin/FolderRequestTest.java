package dev.tertulia.server.storage.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.storage.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which process gets the folder when a server ends while a command waits for it, and who can read
/// a request.
final class FolderRequestTest {
  private static final FolderRequest.Kind KIND = FolderRequest.Kind.ERASE;

  @TempDir private Path folder;
  private final List<String> notes = new CopyOnWriteArrayList<>();

  /// What the server has said, each time that the command looks.
  private final List<String> looks = new CopyOnWriteArrayList<>();

  private CompletableFuture<FolderRequest.Ended> ask(Duration comeBack) {
    FolderRequest.Patience patience = new FolderRequest.Patience(Duration.ofMinutes(5), comeBack);
    CompletableFuture<FolderRequest.Ended> ended =
        CompletableFuture.supplyAsync(() -> {
          try {
            return FolderRequest.ask(folder, KIND, "ana", patience, looks::add, notes::add);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    await().until(() -> Files.exists(KIND.request(folder)));
    return ended;
  }

  @Test
  void aReturningServerHasPrecedence() throws Exception {
    DataFolder server = DataFolder.open(folder);
    CompletableFuture<FolderRequest.Ended> asked = ask(Duration.ofMinutes(5));
    for (int i = 1; i <= 9; i++) {
      int ends = i;
      server.close();
      await().until(() -> notes.size() == ends);
      server = DataFolder.open(folder);
      assertThat(asked).isNotDone();
      FolderRequest found = requireNonNull(FolderRequest.read(folder, KIND));
      String told = Integer.toString(i);
      found.answer(folder, FolderRequest.State.WORKING, told);
      // Between two looks at the answer is one at the lock.
      await().until(() -> looks.stream().filter(told::equals).count() >= 2);
    }
    FolderRequest found = requireNonNull(FolderRequest.read(folder, KIND));
    found.answer(folder, FolderRequest.State.DONE, "-");
    assertThat(asked.get(60, TimeUnit.SECONDS).words()).isEqualTo("-");
    assertThat(notes).hasSize(9).first().asString().contains("Waiting 300 s");
    server.close();
  }

  @Test
  void theFolderIsTakenIfNoServerReturns() throws Exception {
    DataFolder server = DataFolder.open(folder);
    CompletableFuture<FolderRequest.Ended> asked = ask(Duration.ZERO);
    server.close();
    try (DataFolder held = asked.get(60, TimeUnit.SECONDS).held()) {
      assertThat(held).isNotNull();
    }
    assertThat(notes).hasSize(1);
  }

  @Test
  void aLeftoverThatOthersCanReadIsClosedBeforeItIsWritten() throws Exception {
    try (DataFolder server = DataFolder.open(folder)) {
      Path left = Files.createFile(server.path().resolve("erase.request.new"));
      Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-rw-rw-"));
      CompletableFuture<FolderRequest.Ended> asked = ask(Duration.ofMinutes(5));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(KIND.request(folder))))
          .isEqualTo("rw-------");
      requireNonNull(FolderRequest.read(folder, KIND))
          .answer(folder, FolderRequest.State.DONE, "-");
      assertThat(asked.get(60, TimeUnit.SECONDS).words()).isEqualTo("-");
    }
  }
}
