package dev.tertulia.server.protocol;

/// The result of decoding the text of a client: a message, or the refusal.
public sealed interface Decoded permits ClientMessage, Refusal {}
