package dev.tertulia.server.auth.token;

import dev.tertulia.server.model.Language;

/// Why a token is refused.
public enum TokenProblem {
  /// Longer than [TokenVerifier#MAX_LENGTH].
  TOO_LONG("El token supera los %s caracteres.", "The token is longer than %s characters."),
  /// Not three parts in base64url, with JSON objects in the first two.
  MALFORMED("El token no es un JWT válido: %s.", "The token is not a valid JWT: %s."),
  /// Signed with an algorithm that is not accepted, or not signed.
  ALGORITHM(
      "El algoritmo ('alg') del token no se admite, o no es el de la clave: fírmalo con uno que"
          + " corresponda a la clave configurada.",
      "The algorithm ('alg') of the token is not accepted, or is not that of the key: sign it with"
          + " one that fits the configured key."),
  /// A header that changes the meaning of the token.
  HEADER(
      "La cabecera '%s' del token no se admite.", "The header '%s' of the token is not accepted."),
  /// Not from a configured issuer.
  ISSUER(
      "El emisor ('iss') del token no está configurado en este servidor.",
      "The issuer ('iss') of the token is not configured on this server."),
  /// Signed with a key that the issuer does not have.
  KEY(
      "El emisor no tiene la clave ('kid') que indica el token.",
      "The issuer does not have the key ('kid') that the token names."),
  /// Signed with a key that may exist, but that could not be fetched yet.
  KEYS_UNAVAILABLE(
      "Aún no se han podido obtener las claves del emisor. Inténtalo de nuevo en %s s.",
      "The keys of the issuer could not be fetched yet. Try again in %s s."),
  /// Not signed by the issuer, or altered.
  SIGNATURE(
      "La firma del token no es válida: se firmó con otra clave, o se ha modificado.",
      "The signature of the token is not valid: it was made with another key, or the token was"
          + " altered."),
  /// A required claim is missing.
  MISSING("Al token le falta '%s'.", "The token has no '%s'."),
  /// A claim that must be text is something else.
  NOT_TEXT("'%s' debe ser texto en el token.", "'%s' must be text in the token."),
  /// A name that is longer than a sender may be.
  NAME_TOO_LONG(
      "'%s' tiene más de 256 caracteres en el token.",
      "'%s' has more than 256 characters in the token."),
  /// A claim that must be texts is something else.
  NOT_TEXTS(
      "'%s' debe ser una lista de textos en el token.",
      "'%s' must be a list of texts in the token."),
  /// A claim that must be a moment is something else.
  NOT_A_TIME(
      "'%s' debe ser un número en el token: segundos desde 1970, hasta el año 9999.",
      "'%s' must be a number in the token: seconds since 1970, up to the year 9999."),
  /// No longer valid.
  EXPIRED("El token ha caducado. Consigue uno nuevo.", "The token has expired. Get a new one."),
  /// Not yet valid.
  NOT_YET_VALID(
      "El token aún no es válido ('nbf'): comprueba los relojes.",
      "The token is not valid yet ('nbf'): check the clocks."),
  /// For another service.
  AUDIENCE(
      "El token es para otro servicio: su 'aud' no contiene el configurado.",
      "The token is for another service: its 'aud' does not contain the configured one."),
  /// The subject can't be the id of a client.
  SUBJECT(
      "El 'sub' del token no puede ser un identificador de cliente: de 1 a 128 letras ASCII, cifras"
          + " o signos _-.:@=+|~, sin empezar por '~'.",
      "The 'sub' of the token can't be a client id: 1 to 128 ASCII letters, digits or _-.:@=+|~,"
          + " not beginning with '~'."),
  /// One of those that were revoked by their ids.
  REVOKED("El token se ha revocado. Consigue uno nuevo.", "The token was revoked. Get a new one."),
  /// Issued before the moment from which on tokens are accepted.
  REVOKED_BEFORE(
      "Se han revocado los tokens emitidos ('iat') antes de %s. Consigue uno nuevo.",
      "Tokens issued ('iat') before %s were revoked. Get a new one."),
  /// Does not say when it was issued, and some were revoked for that.
  NO_ISSUE_TIME(
      "Se han revocado los tokens emitidos antes de %s, y este no dice cuándo se emitió: le falta"
          + " 'iat'. Consigue uno que lo tenga.",
      "Tokens issued before %s were revoked, and this one does not say when it was issued: it has"
          + " no 'iat'. Get one that has.");

  private final String spanish;
  private final String english;

  TokenProblem(String spanish, String english) {
    this.spanish = spanish;
    this.english = english;
  }

  /// What to tell the client.
  String message(Language language, String detail) {
    String text =
        switch (language) {
          case ES -> spanish;
          case EN -> english;
        };
    return text.formatted(detail);
  }
}
