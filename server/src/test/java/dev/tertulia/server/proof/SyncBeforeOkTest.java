package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tertulia.server.proof.SystemCalls.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The system calls made before any client learns that a message is stored, from a trace.
@Tag("system")
final class SyncBeforeOkTest {
  private static final int MESSAGES = 60;
  private static final int AT_ONCE = 5;

  @TempDir private Path folder;

  @Test
  void everyMessageIsOnDiskBeforeItIsConfirmedOrDelivered() throws Exception {
    requireStrace();
    Path trace = folder.resolve("trace");
    Map<String, String> settings =
        Map.of("TERTULIA_TRANSPORT", "nio", "TERTULIA_COMPRESSION", "false");
    try (ServerUnderTest server =
            ServerUnderTest.start(folder.resolve("data"), settings, SystemCalls.tracing(trace));
        FullClient sender = new FullClient("sender");
        FullClient other = new FullClient("other")) {
      sender.connect(server.port(), "plaza");
      other.connect(server.port(), "plaza");
      for (int i = 0; i < MESSAGES; i++) {
        sender.publish(
            "plaza",
            String.format(Locale.ROOT, "id-%03d.", i),
            String.format(Locale.ROOT, "text-%03d.", i));
        if (i % AT_ONCE == 0) {
          sender.await("replies", () -> sender.unanswered() == 0);
        }
      }
      sender.await("all replies", () -> sender.acknowledged() == MESSAGES);
      String last = sender.ack(String.format(Locale.ROOT, "id-%03d.", MESSAGES - 1)).pos();
      other.awaitPosition("plaza", last);
      server.terminate();
    }
    List<Call> calls = SystemCalls.read(trace);
    for (int i = 0; i < MESSAGES; i++) {
      look(
          calls,
          String.format(Locale.ROOT, "id-%03d.", i),
          String.format(Locale.ROOT, "text-%03d.", i));
    }
  }

  private static void look(List<Call> calls, String id, String text) {
    Call written =
        first(
            calls,
            "the write of " + text,
            call -> call.file().endsWith("tertulia.sqlite-wal") && call.rest().contains(text));
    Call synced =
        first(
            calls,
            "a sync after the write of " + text,
            call ->
                isSync(call, "tertulia.sqlite-wal")
                    && call.began() > written.ended()
                    && call.succeeded());
    Call noted =
        first(
            calls,
            "the note of the head after the sync of " + text,
            call ->
                call.name().contains("write")
                    && call.file().endsWith("tertulia.head")
                    && call.began() > synced.ended()
                    && call.succeeded());
    List<Call> told =
        calls.stream()
            .filter(call -> !call.file().startsWith("/"))
            .filter(call -> call.rest().contains(id) || call.rest().contains(text))
            .toList();
    assertThat(told).as("ok and frames of " + id).hasSizeGreaterThanOrEqualTo(2);
    for (Call call : told) {
      assertThat(call.began())
          .as("%s, and the sync of the log and the note of its head", call)
          .isGreaterThan(noted.ended());
    }
  }

  private static boolean isSync(Call call, String file) {
    return call.name().endsWith("sync") && call.file().endsWith(file);
  }

  private static Call first(List<Call> calls, String what, Predicate<Call> fits) {
    return calls.stream()
        .filter(fits)
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is not " + what));
  }

  private static void requireStrace() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .start();
      String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (probe.waitFor() != 0) {
        fail(
            "strace can't trace here: %s. In a container, allow it with --cap-add SYS_PTRACE"
                .formatted(said));
      }
    } catch (IOException e) {
      fail("strace is missing: apt-get install strace (%s)".formatted(e.getMessage()));
    }
  }
}
