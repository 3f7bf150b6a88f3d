package dev.tertulia.server.storage;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Why a database can't be used, as far as whoever operates the server needs to know.
enum Trouble {
  FULL("its disk is full", "make room on it"),
  LOCKED("another program holds it", "end that program, or wait until it is done"),
  READ_ONLY("it is read-only", "give this user the right to write, or mount it writable"),
  DAMAGED("it is damaged", "run './tertulia check', and './tertulia restore' with a backup"),
  DISK("its disk fails to read or write", "look at the disk and into the system's log"),
  GONE("it can't be opened", "see to it that the folder is there and this user may write in it"),
  MOVED(
      "its files are not in the data folder any more",
      "put the data folder back where it was, or restart the server"),
  CUT_OFF("it was cut off", "stop the server, and './tertulia restore' a backup"),
  STALLED("its disk does not answer", "look at the disk and into the system's log"),
  OTHER("of a defect", "report it, with what the log says");

  private final String words;
  private final String remedy;

  Trouble(String words, String remedy) {
    this.words = words;
    this.remedy = remedy;
  }

  /// What is wrong, in a few words that follow *the database can't be used:*.
  String words() {
    return words;
  }

  /// What to do.
  String remedy() {
    return remedy;
  }

  static Trouble of(SQLException e) {
    if (e instanceof TroubleException known) {
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
