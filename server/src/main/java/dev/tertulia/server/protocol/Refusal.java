package dev.tertulia.server.protocol;

/// A request that is not carried out. It changes nothing, and the connection stays open.
///
/// @param code what programs compare
/// @param message what people read, in the server's language
public record Refusal(ErrorCode code, String message) implements Decoded {}
