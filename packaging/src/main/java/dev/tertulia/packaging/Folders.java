package dev.tertulia.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What is done with whole folders.
final class Folders {
  private Folders() {}

  /// Removes a folder with all that is in it, if it is there.
  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path path : inside(folder).sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Copies a folder, with its links and the permissions of its files.
  static void copy(Path from, Path to) throws IOException {
    for (Path path : inside(from).sorted().toList()) {
      Files.copy(path, to.resolve(from.relativize(path).toString()), COPY);
    }
  }

  private static final java.nio.file.CopyOption[] COPY = {
    java.nio.file.StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS
  };

  /// Gives one date to every file in a folder.
  static void date(Path folder, FileTime date) throws IOException {
    for (Path path : inside(folder).toList()) {
      if (!Files.isSymbolicLink(path)) {
        Files.setLastModifiedTime(path, date);
      }
    }
  }

  private static Stream<Path> inside(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> all = paths.toList();
      return all.stream();
    }
  }
}
