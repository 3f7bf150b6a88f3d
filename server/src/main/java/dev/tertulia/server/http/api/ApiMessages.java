package dev.tertulia.server.http.api;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused requests of the API in one language: the reason, and what to do. Those
/// with `%s` are format strings.
///
/// @param unknownOutcome a request whose outcome was not known in time
/// @param full a full list of members
/// @param noSuchNotification an id of no notification
/// @param broadcastFate the delivery status of a broadcast, as numbers of clients
/// @param broadcastFateOfSome the same if only some inboxes were counted
/// @param starting the server is not ready yet
@Immutable
public record ApiMessages(
    String unknownOutcome,
    String full,
    String noSuchNotification,
    String broadcastFate,
    String broadcastFateOfSome,
    String starting) {
  private static final ApiMessages ES =
      new ApiMessages(
          "El servidor no pudo confirmar a tiempo si la petición tuvo efecto: repítela con la misma"
              + " Idempotency-Key.",
          "La sala '%s' no admite más de %s miembros. Quita antes a alguno.",
          "No existe ninguna notificación con ese id, o ya no se conserva. Usa el id que el"
              + " servidor devolvió al enviarla.",
          "Está en %s buzones: llegó a %s clientes, se mostró a %s y la leyeron %s.",
          "Está en %s buzones. De los %s primeros por orden de nombre, llegó a %s, se mostró a %s y"
              + " la leyeron %s.",
          "El servidor está arrancando. Repite la petición en un momento.");

  private static final ApiMessages EN =
      new ApiMessages(
          "The server could not confirm in time whether the request took effect: send it again with"
              + " the same Idempotency-Key.",
          "The room '%s' can't have more than %s members. Remove one first.",
          "No notification has that id, or it is no longer kept. Use the id that the server"
              + " returned when it was sent.",
          "It is in %s inboxes: it reached %s clients, was shown to %s and read by %s.",
          "It is in %s inboxes. Of the first %s by name, it reached %s, was shown to %s and read by"
              + " %s.",
          "The server is starting. Send the request again in a moment.");

  /// The messages in `language`.
  public static ApiMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
