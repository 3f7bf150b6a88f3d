package dev.tertulia.server.protocol;

/// A request that is not carried out. It changes nothing, and the connection stays open.
///
/// @param code what programs compare
/// @param message what people read, in the server's language
public record Refusal(ErrorCode code, String message) implements Decoded {
  /// A refusal that says what `code` means, and what to do.
  public static Refusal of(ErrorCode code, Language language) {
    return new Refusal(code, RequestWords.of(language).of(code, language.words()));
  }

  /// A room or an inbox that would be one too many.
  public static Refusal noRoomFor(NameLimit limit, Language language) {
    return new Refusal(
        ErrorCode.CONFLICT, RequestWords.of(language).noMoreNames().formatted(limit.setting()));
  }

  /// A connection that has as many rooms as it may have, [Request#MAX_ROOMS].
  public static Refusal tooManyRooms(Language language) {
    return new Refusal(
        ErrorCode.INVALID, RequestWords.of(language).tooManyRooms().formatted(Request.MAX_ROOMS));
  }

  /// A text that is not the id of a notification.
  ///
  /// @param field where it stood
  public static Refusal notNotification(String field, Language language) {
    return new Refusal(
        ErrorCode.INVALID, RequestWords.of(language).notNotification().formatted(field));
  }

  /// A text that is not a position.
  ///
  /// @param field where it stood
  public static Refusal notPosition(String field, Language language) {
    return new Refusal(ErrorCode.INVALID, RequestWords.of(language).notPosition().formatted(field));
  }

  /// A device that tells of itself and has no name.
  public static Refusal noDevice(Language language) {
    return new Refusal(ErrorCode.INVALID, RequestWords.of(language).noDevice());
  }
}
