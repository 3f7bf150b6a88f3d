package dev.tertulia.server.auth;

import org.jspecify.annotations.Nullable;

/// Where a request comes from, according to its headers.
///
/// @param host the `Host` header
/// @param proxied whether the request has a sign of a proxy
/// @param origin the `Origin` header: the origin of the page that sent the request
/// @param site the `Sec-Fetch-Site` header: how the page that sent the request is related to this
///   server; browsers send it only to loopback and over TLS
/// @param secure whether the client has used TLS, up to the server or up to a trusted proxy
public record Provenance(
    @Nullable String host,
    boolean proxied,
    @Nullable String origin,
    @Nullable String site,
    boolean secure) {

  /// A request that came without TLS.
  public Provenance(
      @Nullable String host, boolean proxied, @Nullable String origin, @Nullable String site) {
    this(host, proxied, origin, site, false);
  }
}
