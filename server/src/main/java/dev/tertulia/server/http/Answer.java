package dev.tertulia.server.http;

/// The answer to an HTTP request.
public sealed interface Answer permits Response {}
