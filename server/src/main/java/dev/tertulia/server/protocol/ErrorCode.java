package dev.tertulia.server.protocol;

/// Why a request was refused, in the one word that programs compare. The same words serve WebSocket
/// and HTTP.
public enum ErrorCode {
  /// What was sent breaks a rule of the protocol.
  INVALID("invalid", 400),
  /// No message has this `type`.
  UNKNOWN_TYPE("unknown_type", 400),
  /// Has not said who it is.
  UNAUTHORIZED("unauthorized", 401),
  /// May not connect, or may not do this.
  FORBIDDEN("forbidden", 403),
  /// There is nothing by this name.
  NOT_FOUND("not_found", 404),
  /// The same `id` was used for something else.
  CONFLICT("conflict", 409),
  /// Past a bound in bytes.
  TOO_LARGE("too_large", 413),
  /// Too many requests; worth trying again after a while.
  RATE_LIMITED("rate_limited", 429),
  /// Certainly not stored, because the journal takes nothing now; worth trying again.
  UNAVAILABLE("unavailable", 503),
  /// A defect of the server; its log tells more.
  INTERNAL("internal", 500);

  private final String wireName;
  private final int httpStatus;

  ErrorCode(String wireName, int httpStatus) {
    this.wireName = wireName;
    this.httpStatus = httpStatus;
  }

  /// The code as it stands in `code`.
  public String wireName() {
    return wireName;
  }

  /// The status of an HTTP answer that carries this code, unless its route says otherwise.
  public int httpStatus() {
    return httpStatus;
  }

  /// Whether the request certainly had no effect, and may have one if it is sent again as it is.
  public boolean isWorthRetrying() {
    return this == RATE_LIMITED || this == UNAVAILABLE;
  }
}
