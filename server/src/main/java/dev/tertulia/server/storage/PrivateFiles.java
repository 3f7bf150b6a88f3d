package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Creates files and folders that only their owner may read and write, whatever the umask.
///
/// Symbolic links at the end of a path are not followed, and only regular files are opened: opening
/// a pipe would block. Safe for any thread.
public final class PrivateFiles {
  private static final Set<PosixFilePermission> FILE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private static final Set<PosixFilePermission> FOLDER =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// How the name of a file ends whose contents are being written.
  static final String FRESH = ".new";

  private PrivateFiles() {}

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  /// Opens `file` with `options`.
  ///
  /// @throws IOException if it can't be opened, or is not a plain file
  public static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
    requirePlain(file);
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(file, all, attributes(file, FILE));
  }

  /// Creates an empty file if needed, and removes the permissions of other users on `file`.
  public static void make(Path file) throws IOException {
    try {
      Files.createFile(file, attributes(file, FILE));
    } catch (FileAlreadyExistsException e) {
      close(file);
    }
  }

  /// Makes a folder, and those above it that are missing.
  static void makeFolders(Path folder) throws IOException {
    Files.createDirectories(folder, attributes(folder, FOLDER));
  }

  /// Makes a folder.
  ///
  /// @throws FileAlreadyExistsException if there is something of its name
  public static Path makeFolder(Path folder) throws IOException {
    return Files.createDirectory(folder, attributes(folder, FOLDER));
  }

  /// Removes the permissions of other users on a file, if it exists.
  public static void close(Path file) throws IOException {
    restrict(file, FILE);
  }

  /// Removes the permissions of other users on a folder.
  static void closeFolder(Path folder) throws IOException {
    restrict(folder, FOLDER);
  }

  private static void restrict(Path path, Set<PosixFilePermission> most) throws IOException {
    if (!isPosix(path)) {
      return;
    }
    if (most.equals(FILE) && !requirePlain(path)) {
      return;
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    Set<PosixFilePermission> now = view.readAttributes().permissions();
    if (!most.containsAll(now)) {
      Set<PosixFilePermission> rest = new HashSet<>(now);
      rest.retainAll(most);
      view.setPermissions(rest);
    }
  }

  /// What users other than the owner may do with a file or a folder, such as `r-xr-x`: the
  /// permissions of its group, then those of all others.
  ///
  /// @return empty if they have no permissions, if there is no such file, or if its file system has
  ///   no permissions
  static String permissionsOfOthers(Path path) throws IOException {
    if (!isPosix(path)) {
      return "";
    }
    try {
      String all =
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
      String others = all.substring(all.length() / 3);
      return others.equals("------") ? "" : others;
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /// What a small text file holds.
  ///
  /// @param most bytes that are read of it
  /// @return `null` if there is none
  /// @throws IOException if it can't be read, or is not a plain file
  public static @Nullable String read(Path file, int most) throws IOException {
    if (!requirePlain(file)) {
      return null;
    }
    try (FileChannel channel = open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(most, channel.size()));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // The rest.
      }
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException goneMeanwhile) {
      return null;
    }
  }

  /// Gives `file` other contents at once: a reader finds all of them, or what was there before.
  /// They are on the disk when this returns.
  public static void replace(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + FRESH);
    // A leftover of a process that was killed: another user may have it open.
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    DataFolder.syncFolder(file.toAbsolutePath().getParent());
  }

  /// Sees to it that `file` is a plain file, if it is there.
  ///
  /// @return whether it is there
  /// @throws FileSystemException if it is a link, a pipe, a folder or the like
  public static boolean requirePlain(Path file) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!found.isRegularFile()) {
      String what =
          found.isSymbolicLink() ? "a link" : found.isDirectory() ? "a folder" : "a pipe or device";
      throw new FileSystemException(
          file.toString(), null, "it is " + what + " instead of a regular file: remove it");
    }
    return true;
  }
}
