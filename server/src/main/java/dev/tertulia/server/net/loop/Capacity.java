package dev.tertulia.server.net.loop;

/// The maximum numbers of sockets.
///
/// @param connections the maximum number of WebSockets
/// @param sockets the maximum number of sockets of any kind: some are reserved for HTTP, so that
///   the page and the health checks of a full server still work
public record Capacity(int connections, int sockets) {
  /// The number of sockets reserved for HTTP, if there are enough files.
  static final int SPARE_SOCKETS = 1_000;

  /// The number of files reserved for the database and other uses, if there are enough files.
  static final int SPARE_FILES = 256;

  /// The maximum number of files that a server opens after its start: two databases for each reader
  /// thread, with their logs; copies, exports; and sockets that are closing.
  static final int LATER_FILES = 48;

  /// The minimum number of sockets, if there are hardly any files.
  static final int FEWEST_SOCKETS = 16;

  /// The capacity of a process with a given open-file limit.
  ///
  /// @param wished the desired number of WebSockets; 0 for as many as the open-file limit allows
  /// @param openFiles the open-file limit
  /// @param open the number of files open when everything but the sockets is
  public static Capacity within(int wished, long openFiles, int open) {
    long rest = Math.max(Math.min(SPARE_FILES, openFiles / 4), open + LATER_FILES);
    long sockets = Math.max(openFiles - rest, FEWEST_SOCKETS);
    long spare = Math.min(SPARE_SOCKETS, sockets / 4);
    long possible = Math.min(sockets - spare, Integer.MAX_VALUE - spare);
    long connections = wished == 0 ? possible : Math.min(wished, possible);
    return new Capacity((int) connections, (int) (connections + spare));
  }
}
