package dev.tertulia.server.auth;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of requests whose credentials are refused, in one language: the reason, and what to
/// do.
///
/// @param missing nothing is shown
/// @param conflicting several that differ are shown
/// @param noKeys a key of the API where the server has none
/// @param busy too many tokens are being verified
@Immutable
record AuthMessages(String missing, String conflicting, String noKeys, String busy) {
  private static final AuthMessages ES =
      new AuthMessages(
          "Este servidor exige un token: envíalo en la cabecera Authorization: Bearer, en ?token= o"
              + " en el 'hello'.",
          "La petición lleva varias credenciales distintas: envía solo una.",
          "Este servidor no conoce esa clave de la API: comprueba que está completa y que no se ha"
              + " revocado.",
          "El servidor está verificando demasiados tokens. Inténtalo de nuevo en un momento.");

  private static final AuthMessages EN =
      new AuthMessages(
          "This server requires a token: send it in the header Authorization: Bearer, in ?token= or"
              + " in 'hello'.",
          "The request contains several credentials that differ: send only one.",
          "This server does not know that key of the API: check that it is complete and was not"
              + " revoked.",
          "The server is verifying too many tokens. Try again in a moment.");

  /// The messages in `language`.
  static AuthMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
