package dev.tertulia.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A folder of sources, and what changes in it between two looks. Owned by one thread.
final class SourceFolder {
  private final Path folder;

  /// Each file with the time of its last change, as of the last look.
  private Map<String, FileTime> seen;

  /// @param since files that have not changed since then count as seen
  SourceFolder(Path folder, FileTime since) {
    this.folder = folder;
    seen = files();
    seen.values().removeIf(time -> time.compareTo(since) > 0);
  }

  /// What has changed between two looks: files by their names below the folder, with slashes.
  ///
  /// @param written files that are new or have been written
  /// @param removed files that are gone
  record Changes(Set<String> written, Set<String> removed) {
    boolean isEmpty() {
      return written.isEmpty() && removed.isEmpty();
    }
  }

  /// What has changed since the last look.
  Changes look() {
    Map<String, FileTime> now = files();
    Set<String> written = new TreeSet<>(now.keySet());
    written.removeIf(name -> now.get(name).equals(seen.get(name)));
    Set<String> removed = new TreeSet<>(seen.keySet());
    removed.removeAll(now.keySet());
    seen = now;
    return new Changes(written, removed);
  }

  private Map<String, FileTime> files() {
    Map<String, FileTime> files = new HashMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.forEach(file -> {
        try {
          if (Files.isRegularFile(file)) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            files.put(name, Files.getLastModifiedTime(file));
          }
        } catch (NoSuchFileException e) {
          // It has just been removed or replaced; the next look sees which.
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
