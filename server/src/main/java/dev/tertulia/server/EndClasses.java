package dev.tertulia.server;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The classes that a server needs for the first time when it ends. They are loaded while it
/// starts: an upgrade may replace or delete the files of the program under a running server, which
/// then could not load the classes it needs to stop.
final class EndClasses {
  private static final Logger log = LoggerFactory.getLogger(EndClasses.class);

  /// Some are private to other packages.
  private static final List<String> NAMES =
      List.of(
          "dev.tertulia.server.Server$Step",
          "dev.tertulia.server.Drain",
          "dev.tertulia.server.connection.ConnectionRegistry",
          "dev.tertulia.server.connection.SentView",
          "dev.tertulia.server.http.admin.DrainRoute$Stage",
          "dev.tertulia.server.http.admin.DrainRoute$Status",
          "dev.tertulia.server.model.CloseReason",
          "dev.tertulia.server.net.loop.LingeringClose",
          "dev.tertulia.server.net.websocket.FrameSink",
          "dev.tertulia.server.net.websocket.UnidentifiedSocket",
          "dev.tertulia.server.net.websocket.WebSocketHandler",
          "dev.tertulia.server.protocol.Frames",
          "io.netty.channel.socket.ChannelOutputShutdownEvent",
          "io.netty.channel.unix.Errors",
          "io.netty.util.concurrent.DefaultPromise$1",
          "io.netty.util.concurrent.GenericProgressiveFutureListener",
          "io.netty.util.concurrent.GlobalEventExecutor$2",
          "io.netty.util.concurrent.GlobalEventExecutor$3");

  private EndClasses() {}

  /// Loads them; never throws.
  static void load() {
    for (String name : NAMES) {
      try {
        Class.forName(name);
      } catch (ClassNotFoundException | LinkageError e) {
        log.debug("A class for the end of the server can't be loaded now: {}", e.toString());
      }
    }
  }
}
