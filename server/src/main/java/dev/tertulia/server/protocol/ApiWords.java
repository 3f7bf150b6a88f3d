package dev.tertulia.server.protocol;

import com.google.errorprone.annotations.Immutable;

/// Why a request over HTTP is refused, and what to do about it, in one language. Those with `%s`
/// are formats.
///
/// @param unknownField a field that there is not
/// @param twice a field that is there twice
/// @param noClients a list of clients that is none, or has none of them, or too many
/// @param otherKey an `Idempotency-Key` and another `id`
/// @param badKey an `Idempotency-Key` of another length
/// @param badQuery a query that is none
/// @param addressNotUtf8 an address in another encoding than it must be
/// @param notUtf8 a body in another encoding than it must be
/// @param noBody a body where there is none to be
/// @param unsupportedType a body of a kind that is not read here
/// @param nothingHere an address without anything
/// @param otherMethods a method that the address does not answer
/// @param tooMany more requests than are answered at the same time
/// @param stopping a server that is about to stop
/// @param failed a defect
/// @param unknownOutcome a request that was not settled in time
/// @param notAllowed something that the client may not do in the room
/// @param full a list of members without room
/// @param badResume an `after` or a `Last-Event-ID` that is none
/// @param notForAStream a request for a stream that may not come from who wants one
/// @param tooManyStreamed more rooms than a stream may have
/// @param noSuchNotification an id that is no notification's
/// @param broadcastFate what became of a broadcast, in numbers of clients
/// @param broadcastFateOfSome the same, where only some were counted
@Immutable
public record ApiWords(
    String unknownField,
    String twice,
    String noClients,
    String otherKey,
    String badKey,
    String badQuery,
    String addressNotUtf8,
    String notUtf8,
    String noBody,
    String unsupportedType,
    String nothingHere,
    String otherMethods,
    String tooMany,
    String stopping,
    String failed,
    String unknownOutcome,
    String notAllowed,
    String full,
    String badResume,
    String notForAStream,
    String tooManyStreamed,
    String noSuchNotification,
    String broadcastFate,
    String broadcastFateOfSome) {
  private static final ApiWords ES =
      new ApiWords(
          "Aquí no hay ningún campo '%s'. Comprueba cómo se escribe: /docs los enumera.",
          "El campo '%s' está dos veces.",
          "El campo '%s' debe ser una lista de 1 a %s clientes.",
          "La cabecera Idempotency-Key y el campo 'id' dicen cosas distintas: indica solo uno.",
          "La cabecera Idempotency-Key debe tener entre 1 y %s caracteres.",
          "Lo que sigue al '?' de la dirección no es una lista de campos: nombre=valor&nombre=valor.",
          "La dirección no es UTF-8 válido: así deben estar sus bytes, también los que van con '%'.",
          "El cuerpo no es UTF-8 válido.",
          "Esta petición no lleva cuerpo.",
          "El cuerpo debe ser application/json, o text/plain con el texto del mensaje, en UTF-8.",
          "No hay nada en esta dirección. La lista de las que hay está en /docs.",
          "Esta dirección responde a %s.",
          "Demasiadas peticiones a la vez. Espera un momento y repítela.",
          "El servidor está a punto de parar. Repite la petición cuando vuelva.",
          "Ha fallado algo en el servidor; su registro dice más.",
          "El servidor no ha podido decir a tiempo si la petición tuvo efecto: repítela con la misma"
              + " Idempotency-Key.",
          "El cliente '%s' no puede hacer esto en la sala '%s': no está en su lista de miembros.",
          "La lista de la sala '%s' no admite más de %s miembros. Quita antes a alguno.",
          "'%s' no es el 'id' de ningún evento de un stream, ni, con una sola sala, una posición.",
          "Un stream se pide con 'Accept: text/event-stream', como hace EventSource.",
          "Un stream admite %s salas como máximo. Abre otro para las demás.",
          "No hay ninguna notificación con ese id, o ya no. Es el que el servidor dio al enviarla.",
          "Está en %s buzones: llegó a %s clientes, se mostró a %s y la leyeron %s.",
          "Está en %s buzones. De %s de ellos, los primeros por nombre, llegó a %s, se mostró a %s y"
              + " la leyeron %s.");

  private static final ApiWords EN =
      new ApiWords(
          "There is no field '%s' here. Check its spelling: /docs lists them.",
          "The field '%s' is there twice.",
          "The field '%s' must be a list of 1 to %s clients.",
          "The header Idempotency-Key and the field 'id' say different things: give one of them.",
          "The header Idempotency-Key must have 1 to %s characters.",
          "What follows the '?' of the address is no list of fields: name=value&name=value.",
          "The address is not valid UTF-8: its bytes must be, those behind a '%' too.",
          "The body is no valid UTF-8.",
          "This request has no body.",
          "The body must be application/json, or text/plain with the text of the message, in UTF-8.",
          "There is nothing at this address. The list of those that there are is at /docs.",
          "This address answers %s.",
          "Too many requests at a time. Wait a moment and send it again.",
          "The server is about to stop. Send the request again when it is back.",
          "The server failed. Its log says why.",
          "The server could not tell in time whether the request had an effect: send it again with the"
              + " same Idempotency-Key.",
          "The client '%s' may not do this in the room '%s': it is not on its list of members.",
          "The list of the room '%s' has room for %s members. Take one off first.",
          "'%s' is no 'id' of a stream's event, and, with one room, no position.",
          "A stream is asked for with 'Accept: text/event-stream', as EventSource does.",
          "A stream may have %s rooms at most. Open another one for the rest.",
          "There is no notification with that id, or no longer. It is the one that the server gave it"
              + " when it was sent.",
          "It is in %s inboxes: it reached %s clients, was shown to %s and read by %s.",
          "It is in %s inboxes. Of %s of these, the first by name, it reached %s, was shown to %s and"
              + " read by %s.");

  /// The texts in `language`.
  public static ApiWords of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }

  /// A refusal as something that breaks a rule.
  public static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }
}
