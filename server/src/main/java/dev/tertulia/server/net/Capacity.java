package dev.tertulia.server.net;

/// How many sockets there may be in all.
///
/// @param connections how many WebSockets
/// @param sockets how many sockets of any kind: there are some to spare for those that speak HTTP,
///   so that the page and the health of a full server can still be asked for
public record Capacity(int connections, int sockets) {
  /// How many sockets are to spare for HTTP, if there are files enough.
  static final int SPARE_SOCKETS = 1_000;

  /// How many files are left to the database and the rest, if there are files enough.
  static final int SPARE_FILES = 256;

  /// How many files a server opens at the most that it has not open when it starts: two databases
  /// for each thread that reads, with their logs; copies, exports; and sockets that are about to
  /// go.
  static final int LATER_FILES = 48;

  /// The fewest sockets, where there are hardly any files.
  static final int FEWEST_SOCKETS = 16;

  /// What a process that may open so many files can take.
  ///
  /// @param wished the most WebSockets; 0 for as many as the open files allow
  /// @param openFiles the limit
  /// @param open how many are open when everything but the sockets is
  public static Capacity within(int wished, long openFiles, int open) {
    long rest = Math.max(Math.min(SPARE_FILES, openFiles / 4), open + LATER_FILES);
    long sockets = Math.max(openFiles - rest, FEWEST_SOCKETS);
    long spare = Math.min(SPARE_SOCKETS, sockets / 4);
    long possible = Math.min(sockets - spare, Integer.MAX_VALUE - spare);
    long connections = wished == 0 ? possible : Math.min(wished, possible);
    return new Capacity((int) connections, (int) (connections + spare));
  }
}
