package dev.tertulia.server.auth;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of requests whose credentials are refused, in one language: the reason, and what to
/// do.
///
/// @param missing nothing is shown
/// @param conflicting several that differ are shown
/// @param otherClient a token that is not that of the client that the request names
/// @param anonymousId a token of a client whose id is reserved for anonymous clients
/// @param unknownKey a key of the API that the server does not have
/// @param mistypedKey a text that looks like a key of the API, with a wrong checksum
/// @param expiredKey a key of the API whose time is over
/// @param wrongKeys too many wrong keys came from the address; the seconds to wait
/// @param busy too many tokens are being verified
/// @param noJoinAnswer the operator's backend does not say what the client may do
@Immutable
public record AuthMessages(
    String missing,
    String conflicting,
    String otherClient,
    String anonymousId,
    String unknownKey,
    String mistypedKey,
    String expiredKey,
    String wrongKeys,
    String busy,
    String noJoinAnswer) {
  private static final AuthMessages ES =
      new AuthMessages(
          "Este servidor exige un token: envíalo en la cabecera Authorization: Bearer, en ?token= o"
              + " en el 'hello'.",
          "La petición lleva varias credenciales distintas: envía solo una.",
          "El token es de otro cliente: su 'sub' debe ser el cliente que nombra la petición.",
          "El 'sub' del token, con el prefijo de su emisor, empieza por 'anon:': esos ids son de"
              + " los clientes anónimos (auth.anonymous).",
          "Este servidor no conoce esa clave de la API: comprueba que está completa y que no se ha"
              + " revocado.",
          "Esa clave de la API está incompleta o mal copiada: su suma de comprobación no cuadra.",
          "Esa clave de la API ha caducado: crea otra con './tertulia key create'.",
          "Han llegado demasiadas claves de la API incorrectas desde esta dirección. Inténtalo de"
              + " nuevo dentro de %s s.",
          "El servidor está verificando demasiados tokens. Inténtalo de nuevo en un momento.",
          "El servidor no ha podido preguntar al backend del sitio (auth.join_url) si está"
              + " permitido. Inténtalo de nuevo en un momento.");

  private static final AuthMessages EN =
      new AuthMessages(
          "This server requires a token: send it in the header Authorization: Bearer, in ?token= or"
              + " in 'hello'.",
          "The request contains several credentials that differ: send only one.",
          "The token is that of another client: its 'sub' must be the client that the request"
              + " names.",
          "The 'sub' of the token, with the prefix of its issuer, begins with 'anon:': those ids"
              + " are of anonymous clients (auth.anonymous).",
          "This server does not know that key of the API: check that it is complete and was not"
              + " revoked.",
          "That key of the API is incomplete or mistyped: its checksum is wrong.",
          "That key of the API has expired: make another one with './tertulia key create'.",
          "Too many wrong keys of the API came from this address. Try again in %s s.",
          "The server is verifying too many tokens. Try again in a moment.",
          "The server could not ask the backend of the site (auth.join_url) whether this is"
              + " permitted. Try again in a moment.");

  /// The messages in `language`.
  public static AuthMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
