package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// Loads the native library of SQLite, once in a process. It is next to the build, in [#BESIDE];
/// otherwise it is copied to the folder for temporary files and deleted as soon as it is loaded, so
/// that no start leaves a copy.
public final class SqliteLibrary {
  /// The folder of libraries of machine code, seen from that of the program.
  private static final String BESIDE = "lib/native";

  private static final String FOLDER_PROPERTY = "org.sqlite.lib.path";

  private static boolean loaded;

  private SqliteLibrary() {}

  /// Loads it, if it isn't yet. Any thread.
  ///
  /// @throws DataFolderException if it can't be
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    if (System.getProperty(FOLDER_PROPERTY) == null) {
      Path beside = beside();
      if (beside == null || !loads(beside)) {
        loadFromTemporary();
      }
    }
    loaded = true;
  }

  private static String resource() {
    return LibraryLoaderUtil.getNativeLibResourcePath()
        + "/"
        + LibraryLoaderUtil.getNativeLibName();
  }

  /// The library beside the program; `null` if there is none.
  private static @Nullable Path beside() {
    try {
      Path library = program().resolveSibling(BESIDE + resource()).normalize();
      return Files.isReadable(library) ? library : null;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }

  /// The jar of the program. A class out of an AOT cache that was made at another place does not
  /// know it (JDK 25); the class path, which is the jar, does.
  private static Path program() throws URISyntaxException {
    CodeSource source = SqliteLibrary.class.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? Path.of(System.getProperty("java.class.path")).toAbsolutePath()
        : Path.of(source.getLocation().toURI());
  }

  private static boolean loads(Path library) {
    try {
      hand(library);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  /// Loads a file, and tells the driver, which finds that it is loaded.
  @SuppressWarnings("restricted") // The driver does the same.
  private static void hand(Path library) {
    System.load(library.toAbsolutePath().toString());
    Path folder = library.toAbsolutePath().getParent();
    System.setProperty(FOLDER_PROPERTY, String.valueOf(folder));
    // It looks there for what earlier starts have left, and logs when it can't.
    System.setProperty("org.sqlite.tmpdir", String.valueOf(folder));
    try {
      if (!SQLiteJDBCLoader.initialize()) {
        throw new UnsatisfiedLinkError("the driver has not found " + library);
      }
    } catch (Exception e) {
      throw new IllegalStateException("cannot load SQLite", e);
    }
  }

  private static void loadFromTemporary() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      Path folder = Files.createTempDirectory(temporary, "tertulia-");
      Path library = folder.resolve(LibraryLoaderUtil.getNativeLibName());
      try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource())) {
        if (in == null) {
          throw new DataFolderException("SQLite is not available for this platform");
        }
        Files.copy(in, library);
        hand(library);
      } finally {
        Files.deleteIfExists(library);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw unusable(temporary, DataFolder.reason(e), e);
    } catch (UnsatisfiedLinkError e) {
      throw unusable(temporary, "is it mounted noexec?", e);
    }
  }

  private static DataFolderException unusable(Path folder, String why, Throwable cause) {
    return new DataFolderException(
        "cannot load the SQLite library from the folder %s (%s): free disk space, mount it without noexec, or choose another folder with TERTULIA_JAVA_OPTS=-Djava.io.tmpdir=FOLDER"
            .formatted(folder, why),
        cause);
  }
}
