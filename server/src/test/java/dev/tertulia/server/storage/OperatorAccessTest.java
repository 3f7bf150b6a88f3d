package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OperatorAccessTest {
  private static final OperatorAccess ACCESS =
      new OperatorAccess(URI.create("http://127.0.0.1:8000"), "geheim-_1");

  @TempDir private Path folder;

  private String rights(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  @Test
  void whatIsWrittenIsReadAndRemoved() throws IOException {
    assertThat(OperatorAccess.read(folder)).isNull();
    ACCESS.write(folder, null);
    assertThat(OperatorAccess.read(folder)).isEqualTo(ACCESS);
    assertThat(rights(OperatorAccess.TOKEN)).isEqualTo("rw-------");
    assertThat(rights(OperatorAccess.ADDRESS)).isEqualTo("rw-------");
    assertThat(folder.resolve(OperatorAccess.TOKEN)).hasContent("geheim-_1");
    OperatorAccess.remove(folder);
    assertThat(folder).isEmptyDirectory();
    OperatorAccess.remove(folder);
  }

  @Test
  void theKeyIsNotShown() {
    assertThat(ACCESS.toString()).contains("8000").doesNotContain("geheim");
  }

  /// Whoever had a file open that others could read still has it: the key must be in another.
  @Test
  void aKeyIsNeverWrittenToAFileThatOthersHaveOpen() throws IOException {
    for (String name : new String[] {"admin.token", "admin.token.new"}) {
      Path left = Files.createFile(folder.resolve(name));
      Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-rw-rw-"));
      try (RandomAccessFile open = new RandomAccessFile(left.toFile(), "r")) {
        ACCESS.write(folder, null);
        assertThat(open.length()).as(name).isZero();
      }
      assertThat(rights(OperatorAccess.TOKEN)).isEqualTo("rw-------");
      OperatorAccess.remove(folder);
    }
  }

  @Test
  void aLinkInItsPlaceIsNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "x");
    Files.createSymbolicLink(folder.resolve("admin.token.new"), elsewhere);
    Files.createSymbolicLink(folder.resolve("admin.token"), elsewhere);
    ACCESS.write(folder, null);
    assertThat(elsewhere).hasContent("x");
    Files.delete(folder.resolve("admin.url"));
    Files.createSymbolicLink(folder.resolve("admin.url"), elsewhere);
    assertThatThrownBy(() -> OperatorAccess.read(folder)).hasMessageContaining("a link");
  }
}
