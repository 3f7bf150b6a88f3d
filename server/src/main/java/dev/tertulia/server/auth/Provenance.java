package dev.tertulia.server.auth;

import org.jspecify.annotations.Nullable;

/// Where a request says that it comes from.
///
/// @param host what it says in `Host`
/// @param proxied whether it has a sign of a proxy
/// @param origin the origin of the page that made it, as the browser says in `Origin`
/// @param site how the page that made it is related to this server, as the browser says in
///   `Sec-Fetch-Site`; browsers say it to loopback and over TLS alone
public record Provenance(
    @Nullable String host, boolean proxied, @Nullable String origin, @Nullable String site) {}
