package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The owner and permissions of a data folder.
///
/// A folder of another user is refused: that user could replace files by links, and could read what
/// is written. A folder of root is accepted, because volumes are mounted like this.
final class FolderRights {
  private static final Logger log = LoggerFactory.getLogger(FolderRights.class);

  private static final int SYSTEM = 0;

  /// The maximum number of files that a warning names.
  private static final int MOST_NAMED = 3;

  private static final String ASIDE = "replaced-";

  /// What a data folder holds. Where there is something else the folder is of use to others too.
  private static final Pattern OWN =
      Pattern.compile(
          "(tertulia|memory)\\.sqlite.*|tertulia\\.head|lock|admin\\.(token|url)(\\.new)?"
              + "|erasure\\.pending(\\.new)?"
              + "|import-.*\\.jsonl|"
              + ASIDE
              + ".*|lost\\+found");

  /// What is safe in a shell without quotes.
  private static final Pattern PLAIN = Pattern.compile("[\\p{Alnum}/._+@:,=-]+");

  /// The real, the effective, the saved user, and that of file systems.
  private static final Pattern UIDS = Pattern.compile("Uid:(?:\\s+\\d+){3}\\s+(\\d+)");

  private FolderRights() {}

  /// Checks that `folder` belongs to this user, and removes the permissions of other users on the
  /// files of a data folder in it, and on the folder itself if it contains only those.
  ///
  /// @return a warning that other users had or still have permissions there, with the command that
  ///   removes them; `null` if they have none
  /// @throws DataFolderException if it is another user's
  static @Nullable String require(Path folder) {
    try {
      OptionalInt owner = owner(folder);
      OptionalInt user = user();
      boolean own = owner.isEmpty() || user.isEmpty() || owner.getAsInt() == user.getAsInt();
      if (!own && owner.getAsInt() != SYSTEM) {
        throw new DataFolderException(
            "the data folder %s belongs to the user %s, not to %s: run this as that user, change the owner, or choose another folder with --data"
                .formatted(folder, Files.getOwner(folder).getName(), user.getAsInt()));
      }
      return close(folder.toRealPath(), own ? "" : "chown -R %s ".formatted(user.getAsInt()));
    } catch (IOException e) {
      // Opening the files in it gives a better message.
      log.debug("Cannot check the permissions of the data folder", e);
      return null;
    }
  }

  /// @param chown the command that makes the folder this user's, without its name; empty if it is
  private static @Nullable String close(Path folder, String chown) throws IOException {
    List<Path> files = new ArrayList<>(List.of(folder));
    Path foreign = collect(folder, files);
    List<Path> open = open(files);
    if (open.isEmpty()) {
      return null;
    }
    String found = names(folder, open);
    for (Path file : open) {
      if (foreign == null || !file.equals(folder)) {
        closeIfPossible(file);
      }
    }
    List<Path> left = open(files);
    String place = quoted(folder);
    String chmod = "chmod -R go= " + place;
    if (left.isEmpty()) {
      return "The data folder %s was open to other users (%s). The server has removed their permissions, as this does: %s"
          .formatted(folder, found, chmod);
    }
    return "The data folder %s is open to other users (%s)%s. %s: %s"
        .formatted(
            folder,
            names(folder, left),
            foreign == null
                ? ""
                : " and contains other files, such as %s".formatted(foreign.getFileName()),
            foreign == null
                ? "Remove their permissions"
                : "Choose a folder of its own with --data, or remove their permissions",
            chown.isEmpty() ? chmod : chown + place + " && " + chmod);
  }

  /// Adds the files of a data folder that are in `folder` to `files`.
  ///
  /// @return a file of another kind; `null` if there is none
  private static @Nullable Path collect(Path folder, List<Path> files) throws IOException {
    Path foreign = null;
    for (Path file : list(folder)) {
      String name = file.getFileName().toString();
      if (!OWN.matcher(name).matches()) {
        foreign = file;
      } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        files.add(file);
      } else if (name.startsWith(ASIDE) && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        files.add(file);
        collect(file, files);
      }
    }
    return foreign;
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Path> open(List<Path> files) throws IOException {
    List<Path> open = new ArrayList<>();
    for (Path file : files) {
      if (!PrivateFiles.permissionsOfOthers(file).isEmpty()) {
        open.add(file);
      }
    }
    return open;
  }

  private static void closeIfPossible(Path file) {
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        PrivateFiles.closeFolder(file);
      } else {
        PrivateFiles.close(file);
      }
    } catch (IOException e) {
      // It is named in the warning.
      log.debug("Cannot remove the permissions of other users", e);
    }
  }

  /// The files, with what other users may do with them.
  private static String names(Path folder, List<Path> files) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path file : files.subList(0, Math.min(files.size(), MOST_NAMED))) {
      names.add(
          "%s %s"
              .formatted(
                  file.equals(folder) ? "the folder" : folder.relativize(file),
                  PrivateFiles.permissionsOfOthers(file)));
    }
    int more = files.size() - names.size();
    return String.join(", ", names) + (more == 0 ? "" : " and %s more".formatted(more));
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
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
