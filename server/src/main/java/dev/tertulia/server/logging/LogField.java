package dev.tertulia.server.logging;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The names of the fields of log lines, besides those that every line has and those of the audit.
/// `docs/operating.md` describes them.
public final class LogField {
  /// The id of a client.
  public static final String CLIENT = "client";

  /// The id that the server gave to a connection.
  public static final String CONNECTION = "connection";

  /// The protocol of a connection.
  public static final String PROTOCOL = "protocol";

  /// The address, or the block of addresses, that a request came from.
  public static final String ADDRESS = "address";

  /// The name of a room.
  public static final String ROOM = "room";

  /// The method and the path of a request.
  public static final String REQUEST = "request";

  /// Why a connection ended.
  public static final String REASON = "reason";

  private LogField() {}

  /// An address as it is written; `null` if it is not known.
  public static @Nullable String address(@Nullable InetAddress address) {
    return address == null ? null : address.getHostAddress();
  }
}
