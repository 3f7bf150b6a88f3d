package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disk hangs during a commit: the server reports it, and continues when the disk does.
@Tag("system")
final class FrozenDiskTest {
  private static final String ROOM = "plaza";
  private static final String CAUSE = "its disk does not respond";

  @TempDir private Path temp;

  /// It takes as long as a disk may take, and a device that only root may mount.
  @Tag("long")
  @Test
  void aHangingDiskIsReportedAndRecovers() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")));
    Path disk = Files.createDirectory(temp.resolve("disk"));
    Path image = temp.resolve("image");
    try (OwnNamespace namespace = new OwnNamespace("mount")) {
      namespace.run(
          "truncate -s 48M '%s' && mkfs.ext4 -q '%s' && mount -o loop '%s' '%s'"
              .formatted(image, image, image, disk));
      Path data = disk.resolve("data");
      try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), namespace.entering());
          FullClient ana = new FullClient("ana")) {
        ana.connect(server.port(), ROOM);
        assertThat(ana.publishAndWait(ROOM, "before", "hola")).isTrue();
        namespace.run("fsfreeze -f '%s'".formatted(disk));
        try {
          ana.publish(ROOM, "waiting", "hola");
          await()
              .atMost(TestServer.PATIENCE)
              .until(() -> server.health().startsWith("503 ") && server.health().contains(CAUSE));
          ana.publish(ROOM, "refused", "hola");
          ana.await("a refusal", () -> ana.refusals() == 1);
          assertThat(ana.awaitsReply("waiting")).isTrue();
        } finally {
          namespace.run("fsfreeze -u '%s'".formatted(disk));
        }
        ana.await("the answer", () -> ana.isAcknowledged("waiting"));
        await().atMost(TestServer.PATIENCE).until(() -> server.health().startsWith("200 "));
        await()
            .atMost(TestServer.PATIENCE)
            .until(() ->
                server.lines().stream()
                    .anyMatch(line -> line.contains("ERROR") && line.contains(CAUSE)));
        server.terminate();
      }
      namespace.run("umount '%s'".formatted(disk));
    }
  }
}
