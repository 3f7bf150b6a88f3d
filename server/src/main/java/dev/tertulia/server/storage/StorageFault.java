package dev.tertulia.server.storage;

import java.sql.SQLException;
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
  OTHER("a bug in the server", "report it, with the log");

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
    if (!(e instanceof SQLiteException sqlite)) {
      return OTHER;
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
}
