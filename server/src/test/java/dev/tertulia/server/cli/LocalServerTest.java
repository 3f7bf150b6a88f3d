package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalServerTest {
  private static final URI SERVER = URI.create("http://127.0.0.1:1");

  @TempDir private Path temp;

  private static LocalServer on(Path folder) {
    return new LocalServer(Map.of(), folder.toString());
  }

  @Test
  void theServerOfAFolderInUseIsFound() {
    try (DataFolder folder = DataFolder.open(temp)) {
      assertThat(on(temp).address()).isNull();
      folder.admit(new OperatorAccess(SERVER, "geheim"), null);
      assertThat(on(temp).address()).isEqualTo(SERVER);
      assertThat(new LocalServer(Map.of("TERTULIA_DATA", temp.toString()), null).address())
          .isEqualTo(SERVER);
      assertThat(on(temp).keyFor(SERVER)).isEqualTo("geheim");
      assertThat(on(temp).keyFor(URI.create("http://127.0.0.1:1/prefix"))).isEqualTo("geheim");
    }
  }

  @Test
  void theKeyIsForNoOtherServer() {
    try (DataFolder folder = DataFolder.open(temp)) {
      folder.admit(new OperatorAccess(SERVER, "geheim"), null);
      for (String other :
          new String[] {
            "http://127.0.0.1:2",
            "http://127.0.0.1",
            "http://127.0.0.2:1",
            "http://example.org:1",
            "http://127.0.0.1:1@example.org",
            "http://x@127.0.0.1:1"
          }) {
        assertThat(on(temp).keyFor(URI.create(other))).as(other).isNull();
      }
    }
  }

  /// A server that was killed has left them.
  @Test
  void filesWithoutAServerAreNotUsed() throws IOException {
    new OperatorAccess(SERVER, "geheim").write(temp, null);
    assertThat(on(temp).address()).isNull();
    assertThat(on(temp).keyFor(SERVER)).isNull();
  }

  @Test
  void aFolderThatIsNotThereIsNotMade() throws IOException {
    Path none = temp.resolve("none");
    assertThat(on(none).address()).isNull();
    assertThat(none).doesNotExist();
    Path file = Files.createFile(temp.resolve("file"));
    assertThat(on(file).address()).isNull();
  }
}
