package dev.tertulia.server.logging;

import java.util.List;

/// The parts of the server, as log lines and `log.levels` name them: the packages right below the
/// root, without what is below them.
public final class LogPart {
  /// The library of the network, whose levels are set like those of a part.
  static final String NETTY = "netty";

  /// The parts whose level can be set.
  public static final List<String> CONFIGURABLE =
      List.of("auth", "connection", "engine", "http", "limits", "net", NETTY, "storage");

  private static final String ROOT = "dev.tertulia.server.";

  /// What is in no package of its own.
  private static final String SERVER = "server";

  private LogPart() {}

  /// The part to which a logger belongs.
  static String of(String logger) {
    if (logger.startsWith(ROOT)) {
      String rest = logger.substring(ROOT.length());
      int end = rest.indexOf('.');
      return end < 0 ? SERVER : rest.substring(0, end);
    }
    return logger.startsWith("io.netty.") ? NETTY : logger;
  }

  /// The logger above all those of a part.
  static String logger(String part) {
    return part.equals(NETTY) ? "io.netty" : ROOT + part;
  }
}
