package dev.tertulia.server.protocol;

/// A request that is not carried out. It changes nothing, and the connection stays open.
///
/// @param code the reason for programs
/// @param message the reason for people, in the language of the server
public record Refusal(ErrorCode code, String message) implements Decoded {
  /// A refusal with the general message of `code`.
  public static Refusal of(ErrorCode code, Language language) {
    return new Refusal(code, RequestWords.of(language).of(code, language.words()));
  }

  /// A refusal because the limit on rooms or inboxes is reached.
  public static Refusal noRoomFor(NameLimit limit, Language language) {
    return new Refusal(
        ErrorCode.CONFLICT, RequestWords.of(language).noMoreNames().formatted(limit.setting()));
  }

  /// A refusal because the connection has reached [Request#MAX_ROOMS].
  public static Refusal tooManyRooms(Language language) {
    return new Refusal(
        ErrorCode.INVALID, RequestWords.of(language).tooManyRooms().formatted(Request.MAX_ROOMS));
  }

  /// A refusal of a text that is not the id of a notification.
  ///
  /// @param field the field with the text
  public static Refusal notNotification(String field, Language language) {
    return new Refusal(
        ErrorCode.INVALID, RequestWords.of(language).notNotification().formatted(field));
  }

  /// A refusal of a text that is not a position.
  ///
  /// @param field the field with the text
  public static Refusal notPosition(String field, Language language) {
    return new Refusal(ErrorCode.INVALID, RequestWords.of(language).notPosition().formatted(field));
  }

  /// A refusal of a report of a device that has not given its name.
  public static Refusal noDevice(Language language) {
    return new Refusal(ErrorCode.INVALID, RequestWords.of(language).noDevice());
  }
}
