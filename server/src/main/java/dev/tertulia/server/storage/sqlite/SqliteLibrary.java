package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
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
    if (System.getProperty(FOLDER_PROPERTY) == null
        && !loadsBeside(usual())
        && !loadsBeside(resource())) {
      loadFromTemporary();
    }
    loaded = true;
  }

  /// Where the library is on most machines. The driver, which knows all of them, starts a process
  /// to find out.
  private static String usual() {
    String processor = System.getProperty("os.arch");
    return "/org/sqlite/native/%s/%s/%s"
        .formatted(
            System.getProperty("os.name"),
            processor.equals("amd64") ? "x86_64" : processor,
            LibraryLoaderUtil.getNativeLibName());
  }

  private static String resource() {
    return LibraryLoaderUtil.getNativeLibResourcePath()
        + "/"
        + LibraryLoaderUtil.getNativeLibName();
  }

  /// Loads the library beside the program, if it is there and fits the machine.
  ///
  /// @param name seen from [#BESIDE]
  private static boolean loadsBeside(String name) {
    try {
      Path library = program().resolveSibling(BESIDE + name).normalize();
      if (Files.isReadable(library)) {
        hand(library);
        return true;
      }
    } catch (URISyntaxException | IllegalArgumentException | UnsatisfiedLinkError e) {
      // It is looked for elsewhere.
    }
    return false;
  }

  /// The jar of the program. A class out of an AOT cache that was made at another place may name
  /// that place as its source (JDK 25); the class path, if it is the jar, is right.
  private static Path program() throws URISyntaxException {
    String classPath = System.getProperty("java.class.path");
    boolean isJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
    CodeSource source = SqliteLibrary.class.getProtectionDomain().getCodeSource();
    return isJar || source == null || source.getLocation() == null
        ? Path.of(classPath).toAbsolutePath()
        : Path.of(source.getLocation().toURI());
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
