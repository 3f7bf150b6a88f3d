package dev.tertulia.server.storage;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.net.ssl.SSLHandshakeException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Why a database can't be used, as far as operators need to know.
public enum StorageFault {
  FULL("its disk is full", "free disk space"),
  LOCKED("another program has locked it", "stop that program, or wait until it has finished"),
  READ_ONLY("it is read-only", "give this user write permission, or mount it read-write"),
  DAMAGED("it is damaged", "run './tertulia check', and './tertulia restore' with a backup"),
  DISK("its disk reports input/output errors", "check the disk and the system log"),
  GONE("it can't be opened", "make sure that the folder exists and this user may write to it"),
  MOVED(
      "its files are no longer in the data folder",
      "put the data folder back where it was, or restart the server"),
  CUT_OFF("it was truncated", "stop the server, and restore a backup with './tertulia restore'"),
  STALLED("its disk does not respond", "check the disk and the system log"),
  UNREACHABLE("its server can't be reached", "check that it runs, and the network and the address"),
  SILENT("its server does not answer", "check that it runs, and the network to it"),
  UNAUTHORIZED(
      "its server refuses the user or the password", "check both, and what this user may do there"),
  REJECTED(
      "its server rejects the connection",
      "check the user, the password and 'sslmode' in the address"),
  UNTRUSTED(
      "its certificate is not trusted",
      "name the file of those that are with 'sslrootcert' in the address, or replace it"),
  CROWDED(
      "its server accepts no more connections",
      "raise its max_connections, or close connections of other programs"),
  REPLACED(
      "another server has replaced it, and is in charge",
      "stop the former one, and have the address lead to the newer one"),
  UNCONFIRMED(
      "its standby does not confirm what is stored", "check the standby, and the network to it"),
  OTHER("a bug in the server", "report it, with the log");

  private static final int MOST_CAUSES = 10;

  private final String words;
  private final String remedy;

  StorageFault(String words, String remedy) {
    this.words = words;
    this.remedy = remedy;
  }

  /// What is wrong, in a few words that follow *the database can't be used:*.
  public String words() {
    return words;
  }

  /// What to do.
  public String remedy() {
    return remedy;
  }

  public static StorageFault of(SQLException e) {
    if (e instanceof StorageFaultException known) {
      return known.trouble();
    }
    if (e instanceof SQLTransientConnectionException) {
      // No connection was to be had in time.
      return UNREACHABLE;
    }
    if (!(e instanceof SQLiteException sqlite)) {
      return isAboutTls(e) ? UNTRUSTED : e.getSQLState() == null ? OTHER : ofState(e.getSQLState());
    }
    SQLiteErrorCode code = sqlite.getResultCode();
    // The low byte of an extended code is the code.
    return switch (code.code & 0xff) {
      case 13 -> FULL;
      case 5, 6 -> LOCKED;
      case 8, 3 -> READ_ONLY;
      case 11, 26 -> DAMAGED;
      case 10 -> DISK;
      case 14 -> GONE;
      default -> OTHER;
    };
  }

  /// Whether what a writer knew does not hold, so that it may work the next time: a row with the
  /// same key is there, such as one that another writer of PostgreSQL has stored meanwhile, a
  /// deadlock, or a wait for a lock that took too long.
  public static boolean isCollision(SQLException e) {
    String state = e.getSQLState();
    return isWaitForLock(e)
        || "23505".equals(state)
        || "40P01".equals(state)
        || "40001".equals(state);
  }

  /// Whether a wait for a lock of PostgreSQL has taken too long.
  public static boolean isWaitForLock(SQLException e) {
    return "55P03".equals(e.getSQLState());
  }

  private static boolean isAboutTls(SQLException e) {
    Throwable cause = e.getCause();
    // Causes may go round in circles.
    for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
      if (cause instanceof SSLHandshakeException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /// Of a code of the SQL standard, or PostgreSQL's own.
  private static StorageFault ofState(String state) {
    return switch (state) {
      case "53100" -> FULL;
      case "53300" -> CROWDED;
      // A wait for a lock, or any statement, that took too long; a deadlock.
      case "55P03", "57014", "40P01", "40001" -> LOCKED;
      case "25006" -> READ_ONLY;
      case "XX001", "XX002" -> DAMAGED;
      case "58030" -> DISK;
      case "42501" -> UNAUTHORIZED;
      case "3D000" -> GONE;
      case "08004" -> REJECTED;
      // The server is being stopped or started, or the session was ended.
      case "57P01", "57P02", "57P03", "25P03", "25P04", "57P05" -> UNREACHABLE;
      default ->
          state.startsWith("08") ? UNREACHABLE : state.startsWith("28") ? UNAUTHORIZED : OTHER;
    };
  }
}
