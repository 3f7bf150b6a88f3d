package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client returns to a room in which it missed far more than its send queue can hold.
@Tag("system")
final class LargeBacklogTest {
  private static final String ROOM = "plaza";
  private static final int MESSAGES = 1_000;
  private static final String TEXT = "x".repeat(60 * 1024);

  @TempDir private Path folder;

  @Test
  void aThousandLargeMessagesAreResumedWithoutBeingClosedAsSlow() {
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient writer = new FullClient("writer");
        FullClient reader = new FullClient("reader")) {
      reader.connect(server.port(), ROOM);
      reader.disconnect();
      writer.connect(server.port(), ROOM);
      for (int i = 0; i < MESSAGES; i++) {
        writer.publish(ROOM, "m" + i, TEXT);
        writer.await("room for more", () -> writer.unanswered() < 10);
      }
      writer.await("all replies", () -> writer.acknowledged() == MESSAGES);
      reader.connect(server.port());
      reader.awaitPosition(ROOM, writer.ack("m" + (MESSAGES - 1)).pos());
      List<Seen> seen = reader.entries(ROOM);
      assertThat(seen).hasSize(MESSAGES).allSatisfy(one -> assertThat(one.text()).isEqualTo(TEXT));
      assertThat(reader.room(ROOM).gaps()).isZero();
      reader.assertPromisesKept();
    }
  }
}
