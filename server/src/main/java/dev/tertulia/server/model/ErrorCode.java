package dev.tertulia.server.model;

/// The reason for which a request was refused, as a word that programs compare. WebSocket and HTTP
/// use the same codes.
public enum ErrorCode {
  /// The request violates the protocol.
  INVALID("invalid", 400),
  /// The `type` is unknown.
  UNKNOWN_TYPE("unknown_type", 400),
  /// The client has not identified itself.
  UNAUTHORIZED("unauthorized", 401),
  /// The client may not connect, or may not do this.
  FORBIDDEN("forbidden", 403),
  /// The addressed object does not exist.
  NOT_FOUND("not_found", 404),
  /// The same `id` was used with other content.
  CONFLICT("conflict", 409),
  /// A size limit is exceeded.
  TOO_LARGE("too_large", 413),
  /// Too many requests; may be repeated later.
  RATE_LIMITED("rate_limited", 429),
  /// Certainly not stored, because the journal accepts nothing at the moment; may be repeated.
  UNAVAILABLE("unavailable", 503),
  /// A bug in the server; the log has the cause.
  INTERNAL("internal", 500);

  private final String wireName;
  private final int httpStatus;

  ErrorCode(String wireName, int httpStatus) {
    this.wireName = wireName;
    this.httpStatus = httpStatus;
  }

  /// The value of the field `code`.
  public String wireName() {
    return wireName;
  }

  /// The status of an HTTP response with this code, unless its route specifies another.
  public int httpStatus() {
    return httpStatus;
  }

  /// Whether the request certainly had no effect, and may succeed if repeated unchanged.
  public boolean isWorthRetrying() {
    return this == RATE_LIMITED || this == UNAVAILABLE;
  }
}
