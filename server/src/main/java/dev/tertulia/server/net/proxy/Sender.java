package dev.tertulia.server.net.proxy;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The client that sent a request, as far as the server believes what it is told.
///
/// @param address its address; that of the nearest proxy if a trusted proxy does not tell
/// @param isKnown whether `address` is that of the client, as far as is known
/// @param secure whether the client has used TLS, up to the server or up to a trusted proxy
/// @param host the host that the client has asked for, if a trusted proxy tells; `null` if the
///   `Host` of the request counts
public record Sender(InetAddress address, boolean isKnown, boolean secure, @Nullable String host) {}
