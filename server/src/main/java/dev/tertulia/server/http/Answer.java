package dev.tertulia.server.http;

/// What a request is answered with.
public sealed interface Answer permits Response, EventStream {}
