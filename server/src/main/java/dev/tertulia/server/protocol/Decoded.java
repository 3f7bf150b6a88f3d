package dev.tertulia.server.protocol;

/// What became of a text that a client sent: a message, or the reason why it is none.
public sealed interface Decoded permits ClientMessage, Refusal {}
