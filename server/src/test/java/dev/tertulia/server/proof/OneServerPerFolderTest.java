package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data folder belongs to one process, whoever starts another one, such as a cluster that
/// replaces a server before the old one has ended.
@Tag("system")
final class OneServerPerFolderTest {
  @TempDir private Path folder;

  @Test
  void aSecondProcessEndsAndNamesTheLockAndItsOwner() {
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient ana = new FullClient("ana")) {
      ana.connect(server.port(), "plaza");
      ServerUnderTest.Ended second =
          ServerUnderTest.run("serve", "--port", "0", "--data", folder.toString());
      assertThat(second.exit()).as(second.output()).isEqualTo(2);
      assertThat(second.output())
          .contains(folder.toString(), "is in use by another server")
          .contains("in use by another server, process " + server.pid())
          .contains("holds the lock " + folder.resolve("lock"));
      assertThat(folder.resolve("lock")).exists();
      assertThat(ana.publishAndWait("plaza", "a1", "sigo aquí")).isTrue();
    }
  }
}
