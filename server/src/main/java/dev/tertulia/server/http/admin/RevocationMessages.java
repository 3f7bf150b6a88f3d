package dev.tertulia.server.http.admin;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused requests about revocations in one language: the reason, and what to do.
/// Those with `%s` are format strings.
///
/// @param oneTarget a request that names nothing to revoke, or several things
/// @param issuerAlone an issuer without the id of a token
/// @param badName a field that is not a text of the right length; its name, and the most
/// @param badMoment a moment that is none
/// @param past an expiry that is not in the future
/// @param full there are as many revocations as there may be; the most
/// @param notStored the revocation is in force, but not stored
/// @param notUndone the revocation is still in force
/// @param unknown an id that no revocation has
@Immutable
record RevocationMessages(
    Language language,
    String oneTarget,
    String issuerAlone,
    String badName,
    String badMoment,
    String past,
    String full,
    String notStored,
    String notUndone,
    String unknown) {
  private static final RevocationMessages ES =
      new RevocationMessages(
          Language.ES,
          "Indica qué se revoca con uno solo de estos campos: 'client', 'token_id' o"
              + " 'issued_before'.",
          "'issuer' solo tiene sentido junto con 'token_id'.",
          "'%s' debe ser un texto de 1 a %s caracteres.",
          "'issued_before' debe ser un momento en milisegundos desde 1970, o \"now\".",
          "'expires' debe ser un momento futuro, en milisegundos desde 1970.",
          "Hay %s revocaciones, que son las máximas: deshaz las que ya no hagan falta, o revoca con"
              + " 'issued_before' todo lo anterior a un momento.",
          "La revocación está en vigor, pero no se ha podido guardar: si el servidor se reinicia,"
              + " dejará de estarlo. Repite la petición en un momento.",
          "No se ha podido guardar el cambio, y la revocación sigue en vigor. Repite la petición en"
              + " un momento.",
          "No hay ninguna revocación con ese id.");

  private static final RevocationMessages EN =
      new RevocationMessages(
          Language.EN,
          "Say what to revoke by exactly one of these fields: 'client', 'token_id' or"
              + " 'issued_before'.",
          "'issuer' has a meaning only with 'token_id'.",
          "'%s' must be text of 1 to %s characters.",
          "'issued_before' must be a time in milliseconds since 1970, or \"now\".",
          "'expires' must be a time in the future, in milliseconds since 1970.",
          "There are %s revocations, which is the maximum: undo those that are not needed any more,"
              + " or revoke everything before a moment with 'issued_before'.",
          "The revocation is in force, but could not be stored: after a restart it would not be in"
              + " force. Repeat the request in a moment.",
          "The change could not be stored, and the revocation is still in force. Repeat the request"
              + " in a moment.",
          "No revocation has that id.");

  /// The messages in `language`.
  static RevocationMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
