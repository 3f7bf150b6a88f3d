package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The owner and permissions of a data folder.
///
/// A folder of another user is refused: that user could replace files by links, and could read what
/// is written. A folder of root is accepted, because volumes are mounted like this.
final class FolderRights {
  private static final Logger log = LoggerFactory.getLogger(FolderRights.class);

  private static final int SYSTEM = 0;

  /// What a data folder holds. Where there is something else the folder is of use to others too.
  private static final Pattern OWN =
      Pattern.compile(
          "(tertulia|memory)\\.sqlite.*|tertulia\\.head|lock|(erase|import)\\.(request|answer)(\\.new)?"
              + "|import-.*\\.jsonl|replaced-.*|lost\\+found");

  /// The real, the effective, the saved user, and that of file systems.
  private static final Pattern UIDS = Pattern.compile("Uid:(?:\\s+\\d+){3}\\s+(\\d+)");

  private FolderRights() {}

  /// Checks that `folder` belongs to this user, and removes the permissions of other users if it
  /// contains only files of a data folder.
  ///
  /// @throws DataFolderException if it is another user's
  static void require(Path folder) {
    try {
      OptionalInt owner = owner(folder);
      OptionalInt user = user();
      if (owner.isEmpty() || user.isEmpty()) {
        return;
      }
      if (owner.getAsInt() == user.getAsInt()) {
        if (isAlone(folder)) {
          PrivateFiles.closeFolder(folder.toRealPath());
        }
      } else if (owner.getAsInt() != SYSTEM) {
        throw new DataFolderException(
            "the data folder %s belongs to the user %s, not to %s: run this as that user, change the owner, or choose another folder with --data"
                .formatted(folder, Files.getOwner(folder).getName(), user.getAsInt()));
      }
    } catch (IOException e) {
      // Opening the files in it gives a better message.
      log.debug("Cannot check the permissions of the data folder", e);
    }
  }

  private static boolean isAlone(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.allMatch(file -> OWN.matcher(file.getFileName().toString()).matches());
    }
  }

  private static OptionalInt owner(Path folder) throws IOException {
    return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? OptionalInt.of((Integer) Files.getAttribute(folder, "unix:uid"))
        : OptionalInt.empty();
  }

  /// The number of the user that this process acts as, where the kernel tells.
  private static OptionalInt user() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return OptionalInt.empty();
    }
    return Files.readAllLines(status).stream()
        .map(UIDS::matcher)
        .filter(Matcher::matches)
        .mapToInt(uids -> Integer.parseInt(uids.group(1)))
        .findFirst();
  }
}
