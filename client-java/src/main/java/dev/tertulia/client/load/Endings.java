package dev.tertulia.client.load;

import java.io.IOException;

/// Records how connections of one thread end, and how that counts. Owned by the thread.
final class Endings {
  private final Counters counters;

  Endings(Counters counters) {
    this.counters = counters;
  }

  /// Closes the socket.
  ///
  /// @param why for people; it counts unless we said goodbye ourselves
  void end(LoadConnection connection, String why) {
    switch (connection.state) {
      case DIALLING, SHAKING_HANDS, GREETING -> {
        counters.refused++;
        counters.refusals.add(why);
      }
      case READY -> {
        counters.closed++;
        counters.endings.add(why);
      }
      case SLOW -> counters.slowClosed++;
      case LEAVING -> {
        // As agreed.
      }
      case GONE -> {
        return;
      }
    }
    connection.state = LoadConnection.State.GONE;
    connection.unsent = null;
    try {
      connection.channel.close();
    } catch (IOException _) {
      // It is gone all the same.
    }
  }

  /// What a failure of a socket is to people.
  static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
