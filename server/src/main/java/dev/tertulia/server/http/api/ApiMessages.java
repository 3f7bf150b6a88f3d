package dev.tertulia.server.http.api;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused requests of the API in one language: the reason, and what to do. Those
/// with `%s` are format strings.
///
/// @param unknownOutcome a request whose outcome was not known in time
/// @param notAllowed an action that the client may not perform in the room
/// @param full a full list of members
/// @param badResume an invalid `after` or `Last-Event-ID`
/// @param notForAStream a request that did not explicitly ask for a stream
/// @param tooManyStreamed a stream of too many rooms
/// @param noSuchNotification an id of no notification
/// @param broadcastFate the delivery status of a broadcast, as numbers of clients
/// @param broadcastFateOfSome the same if only some inboxes were counted
@Immutable
public record ApiMessages(
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

  /// The messages in `language`.
  public static ApiMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
