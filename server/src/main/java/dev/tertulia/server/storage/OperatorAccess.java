package dev.tertulia.server.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How the commands of the operator reach the server that uses a data folder. The server writes it
/// into the folder at start, as two files of one line each that only its user can read: `admin.url`
/// and `admin.token`. It removes them when it stops; what a killed server leaves behind is of no
/// use to anybody, because each start chooses another key.
///
/// @param server the address of the server on loopback, without a path
/// @param token the operator's key, which is secret
public record OperatorAccess(URI server, String token) {
  static final String TOKEN = "admin.token";
  static final String ADDRESS = "admin.url";

  /// Which database the server uses, if that is not in the folder.
  static final String DATABASE = "admin.database";

  /// More than either file contains, in bytes.
  private static final int MOST_BYTES = 1024;

  /// Writes the files.
  ///
  /// @param database which one the server uses, for people; `null` if it is in the folder
  public void write(Path folder, @Nullable String database) throws IOException {
    if (database == null) {
      Files.deleteIfExists(folder.resolve(DATABASE));
    } else {
      PrivateFiles.replace(folder.resolve(DATABASE), database + "\n");
    }
    PrivateFiles.replace(folder.resolve(ADDRESS), server + "\n");
    PrivateFiles.replace(folder.resolve(TOKEN), token + "\n");
  }

  /// What the files in `folder` say. They may be those of a server that has ended, or of two
  /// servers, one after the other: whether a server accepts the key, it says itself.
  ///
  /// @return `null` if they are not there
  /// @throws IOException if they can't be read, or are not files of a server
  public static @Nullable OperatorAccess read(Path folder) throws IOException {
    String token = PrivateFiles.read(folder.resolve(TOKEN), MOST_BYTES);
    String address = PrivateFiles.read(folder.resolve(ADDRESS), MOST_BYTES);
    if (token == null || address == null) {
      return null;
    }
    try {
      return new OperatorAccess(new URI(address.strip()), token.strip());
    } catch (URISyntaxException e) {
      throw new IOException("it does not contain an address: " + folder.resolve(ADDRESS), e);
    }
  }

  /// The address of the server, checked: the key is not to be sent to another machine, whatever the
  /// files say.
  ///
  /// @throws IOException if it is not on loopback
  public URI loopbackServer() throws IOException {
    if (server.getHost() == null || !InetAddress.getByName(server.getHost()).isLoopbackAddress()) {
      throw new IOException("the server's address is not on loopback: " + server);
    }
    return server;
  }

  /// Which database the server uses, as it has written it; `null` if it is in the folder, or there
  /// is no server.
  public static @Nullable String databaseOf(Path folder) throws IOException {
    String database = PrivateFiles.read(folder.resolve(DATABASE), MOST_BYTES);
    return database == null ? null : database.strip();
  }

  /// Removes the files, if they are there.
  static void remove(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(DATABASE));
    Files.deleteIfExists(folder.resolve(TOKEN));
    Files.deleteIfExists(folder.resolve(ADDRESS));
  }

  @Override
  public String toString() {
    return "OperatorAccess[server=" + server + "]";
  }
}
