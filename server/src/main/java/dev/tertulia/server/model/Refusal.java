package dev.tertulia.server.model;

/// A request that is not carried out, or of which that is not known. The connection stays open.
///
/// @param code what programs compare
/// @param message what people read, in the server's language
/// @param retry whether the request certainly had no effect, and may succeed if repeated unchanged
public record Refusal(ErrorCode code, String message, boolean retry) {
  public Refusal(ErrorCode code, String message) {
    this(code, message, code.isWorthRetrying());
  }

  /// A refusal that says what `code` means, and what to do.
  public static Refusal of(ErrorCode code, Language language) {
    return new Refusal(code, RefusalMessages.of(language).of(code, language.words()));
  }

  /// What is said of a request of which it is not known whether it had an effect.
  public static Refusal unconfirmed(Language language) {
    return new Refusal(
        ErrorCode.UNAVAILABLE, RefusalMessages.of(language).unconfirmed(), /* retry= */ false);
  }

  /// A refusal because the limit on rooms or inboxes is reached.
  public static Refusal noRoomFor(Limit limit, Language language) {
    return new Refusal(
        ErrorCode.CONFLICT, RefusalMessages.of(language).noMoreNames().formatted(limit.setting()));
  }

  /// A connection that has as many rooms as it may have.
  ///
  /// @param most how many that are
  public static Refusal tooManyRooms(int most, Language language) {
    return new Refusal(
        ErrorCode.INVALID, RefusalMessages.of(language).tooManyRooms().formatted(most));
  }

  /// A client whose connections are in as many rooms as they may be together.
  public static Refusal tooManyRoomsOfClient(Language language) {
    return new Refusal(
        ErrorCode.CONFLICT,
        RefusalMessages.of(language)
            .tooManyRoomsOfClient()
            .formatted(Limit.JOINED_ROOMS_PER_CLIENT.setting()));
  }

  /// A refusal of a report of a device that has not given its name.
  public static Refusal noDevice(Language language) {
    return new Refusal(ErrorCode.INVALID, RefusalMessages.of(language).noDevice());
  }
}
