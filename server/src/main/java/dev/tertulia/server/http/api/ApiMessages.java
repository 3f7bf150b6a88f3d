package dev.tertulia.server.http.api;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;

/// The messages of refused HTTP requests in one language: the reason, and what to do. Those with
/// `%s` are format strings.
///
/// @param unknownField an unknown field
/// @param twice a duplicate field
/// @param noClients a list of clients that is malformed, empty or too long
/// @param otherKey an `Idempotency-Key` that differs from `id`
/// @param badKey an `Idempotency-Key` of invalid length
/// @param badQuery a malformed query
/// @param addressNotUtf8 an address that is not UTF-8
/// @param notUtf8 a body that is not UTF-8
/// @param noBody a body where none is allowed
/// @param unsupportedType a body of an unsupported media type
/// @param nothingHere an unknown address
/// @param otherMethods a method that the address does not support
/// @param tooMany too many concurrent requests
/// @param stopping the server is stopping
/// @param failed a bug in the server
/// @param unknownOutcome a request whose outcome was not known in time
/// @param notAllowed an action that the client may not perform in the room
/// @param full a full list of members
/// @param badResume an invalid `after` or `Last-Event-ID`
/// @param notForAStream a request that did not explicitly ask for a stream
/// @param tooMany too many concurrent requests
/// @param noSuchNotification an id of no notification
/// @param broadcastFate the delivery status of a broadcast, as numbers of clients
/// @param broadcastFateOfSome the same if only some inboxes were counted
@Immutable
public record ApiMessages(
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
  private static final ApiMessages ES =
      new ApiMessages(
          "Campo desconocido: '%s'. Los campos de cada petición están en /docs.",
          "El campo '%s' aparece dos veces.",
          "El campo '%s' debe ser una lista de 1 a %s clientes.",
          "La cabecera Idempotency-Key y el campo 'id' no coinciden: indica solo uno de los dos.",
          "La cabecera Idempotency-Key debe tener entre 1 y %s caracteres.",
          "Los parámetros de la dirección (lo que sigue a '?') deben tener la forma"
              + " nombre=valor&nombre=valor.",
          "La dirección no es UTF-8 válido, incluidos los bytes codificados con '%'.",
          "El cuerpo no es UTF-8 válido.",
          "Esta petición no admite cuerpo.",
          "El cuerpo debe ser application/json, o text/plain con el texto del mensaje, codificado"
              + " en UTF-8.",
          "Esta dirección no existe. Las que existen están en /docs.",
          "Método no permitido: esta dirección admite %s.",
          "Demasiadas peticiones simultáneas. Espera un momento y repite la petición.",
          "El servidor se está deteniendo. Repite la petición cuando vuelva a estar disponible.",
          "Error interno del servidor. La causa está en su registro.",
          "El servidor no pudo confirmar a tiempo si la petición tuvo efecto: repítela con la misma"
              + " Idempotency-Key.",
          "El cliente '%s' no puede hacer esto en la sala '%s': no está en su lista de miembros.",
          "La sala '%s' no admite más de %s miembros. Quita antes a alguno.",
          "'%s' no es el 'id' de un evento de un stream ni, si se pide una sola sala, una"
              + " posición.",
          "Para abrir un stream, envía la cabecera 'Accept: text/event-stream', como hace"
              + " EventSource.",
          "Un stream admite %s salas como máximo. Abre otro stream para las demás.",
          "No existe ninguna notificación con ese id, o ya no se conserva. Usa el id que el"
              + " servidor devolvió al enviarla.",
          "Está en %s buzones: llegó a %s clientes, se mostró a %s y la leyeron %s.",
          "Está en %s buzones. De los %s primeros por orden de nombre, llegó a %s, se mostró a %s y"
              + " la leyeron %s.");

  private static final ApiMessages EN =
      new ApiMessages(
          "Unknown field '%s'. /docs lists the fields of each request.",
          "The field '%s' appears twice.",
          "The field '%s' must be a list of 1 to %s clients.",
          "The header Idempotency-Key and the field 'id' differ: send only one of them.",
          "The header Idempotency-Key must have 1 to %s characters.",
          "The query of the address (after '?') must have the form name=value&name=value.",
          "The address is not valid UTF-8, including its percent-encoded bytes.",
          "The body is not valid UTF-8.",
          "This request does not take a body.",
          "The body must be application/json, or text/plain with the text of the message, in"
              + " UTF-8.",
          "This address does not exist. /docs lists the addresses.",
          "Method not allowed: this address accepts %s.",
          "Too many concurrent requests. Wait a moment and send the request again.",
          "The server is stopping. Send the request again when it is back.",
          "Internal server error. The server log has the cause.",
          "The server could not confirm in time whether the request took effect: send it again with"
              + " the same Idempotency-Key.",
          "The client '%s' may not do this in the room '%s': it is not a member.",
          "The room '%s' can't have more than %s members. Remove one first.",
          "'%s' is not the 'id' of a stream event nor, for a single room, a position.",
          "Request a stream with the header 'Accept: text/event-stream', as EventSource does.",
          "A stream can have at most %s rooms. Open another stream for the rest.",
          "No notification has that id, or it is no longer kept. Use the id that the server"
              + " returned when it was sent.",
          "It is in %s inboxes: it reached %s clients, was shown to %s and read by %s.",
          "It is in %s inboxes. Of the first %s by name, it reached %s, was shown to %s and read by"
              + " %s.");

  /// The texts in `language`.
  public static ApiMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }

  /// A refusal with the code `invalid`.
  public static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }
}
