package dev.tertulia.server.model;

import com.google.errorprone.annotations.Immutable;

/// The messages of refused requests of the full protocol in one language: the reason, and what to
/// do. Those with `%s` are format strings.
///
/// @param missing a missing field
/// @param notInteger a field that must be an integer in a range
/// @param notBoolean a field that must be `true` or `false`
/// @param badLength a field with an invalid number of characters
/// @param badEmoji a reaction that is empty or too long
/// @param notIdentifier a name that breaks the rule of `Identifier`
/// @param reserved a client id that belongs to the server
/// @param noMoreNames a new room or inbox beyond the limit
/// @param badRef a `ref` of the wrong type, or too long
/// @param badRooms rooms that are not an object with positions
/// @param tooManyRooms more rooms than a connection may have
/// @param tooManyRoomsOfClient more rooms than the connections of a client may have together
/// @param tooDeep data nested too deeply
/// @param twoDirections a page both before and after an offset
/// @param badUrgency an unknown urgency
/// @param notPosition a text that is not a position
/// @param notNotification a text that is not the id of a notification
/// @param badIds ids that are not a list of notification ids
/// @param idsOrUpTo neither or both of `ids` and `up_to`
/// @param noClients a list of clients that is malformed, empty or too long
/// @param noDevice a report of a device without a name
/// @param invalid a request that violates another rule
/// @param unauthorized a request before `hello`
/// @param forbidden a request that the client may not make
/// @param notFound a request for something that does not exist
/// @param conflict an `id` that was used with other content
/// @param unconfirmed a request of which it is not known whether it was stored
/// @param rateLimited too many requests
/// @param internal a bug in the server
@Immutable
public record RefusalMessages(
    String missing,
    String notInteger,
    String notBoolean,
    String badLength,
    String badEmoji,
    String notIdentifier,
    String reserved,
    String noMoreNames,
    String badRef,
    String badRooms,
    String tooManyRooms,
    String tooManyRoomsOfClient,
    String tooDeep,
    String twoDirections,
    String badUrgency,
    String notPosition,
    String notNotification,
    String badIds,
    String idsOrUpTo,
    String noClients,
    String noDevice,
    String invalid,
    String unauthorized,
    String forbidden,
    String notFound,
    String conflict,
    String unconfirmed,
    String rateLimited,
    String internal) {
  private static final RefusalMessages ES =
      new RefusalMessages(
          "Falta el campo '%s'.",
          "El campo '%s' debe ser un número entero entre %s y %s.",
          "El campo '%s' debe ser true o false.",
          "El campo '%s' debe tener entre %s y %s caracteres.",
          "El campo 'emoji' debe tener entre 1 y %s bytes.",
          "El campo '%s' debe tener de 1 a 128 caracteres: letras ASCII, cifras o signos _-.:@=+|~."
              + " Tampoco puede ser '.' ni '..'.",
          "El identificador de cliente '%s' está reservado: los que empiezan por '~' son del"
              + " servidor. Usa otro.",
          "No se pueden crear más salas o buzones: se ha alcanzado el límite %s. Usa los que ya"
              + " existen, o pide a quien administra el servidor que lo aumente.",
          "El campo 'ref' debe ser un texto de hasta 128 caracteres o un número entero de hasta 128"
              + " cifras.",
          "El campo 'rooms' debe ser un objeto que asigne a cada sala la última posición recibida,"
              + " o null.",
          "Una conexión admite %s salas como máximo. Sal de alguna o abre otra conexión.",
          "Tus conexiones no pueden entrar en más salas: se ha alcanzado el límite %s. Sal de"
              + " alguna o cierra otra conexión.",
          "El campo 'data' admite %s niveles de anidamiento como máximo.",
          "Los campos 'before' y 'after' son incompatibles: indica solo uno.",
          "El campo 'urgency' debe ser 'low', 'normal' o 'high'.",
          "El campo '%s' debe ser una posición recibida del servidor.",
          "El campo '%s' debe ser el 'id' que el servidor asignó a una notificación.",
          "El campo 'ids' debe ser una lista de 1 a %s 'id' de notificaciones.",
          "Indica las notificaciones leídas con 'ids' o con 'up_to', pero no con ambos.",
          "El campo '%s' debe ser una lista de 1 a %s clientes.",
          "El dispositivo no está identificado: indica 'device' en 'hello'.",
          "La petición no cumple el protocolo. Corrígela antes de repetirla.",
          "Identifícate primero: envía 'hello'.",
          "No tienes permiso para esto. Pídeselo a quien administra el servidor.",
          "No existe, o ya no se conserva. Comprueba la sala y el número del mensaje, o el 'id' de"
              + " la notificación.",
          "Ese 'id' ya se usó con otro contenido en esta sala o con este destinatario. Usa uno"
              + " nuevo.",
          "La base de datos no ha confirmado a tiempo lo guardado. No se sabe si la petición tuvo"
              + " efecto: repítela con el mismo 'id'.",
          "Demasiadas peticiones. Espera un momento y repite la petición.",
          "Error interno del servidor; la causa está en su registro. No se sabe si la petición tuvo"
              + " efecto: repítela con el mismo 'id'.");

  private static final RefusalMessages EN =
      new RefusalMessages(
          "The field '%s' is missing.",
          "The field '%s' must be an integer from %s to %s.",
          "The field '%s' must be true or false.",
          "The field '%s' must have %s to %s characters.",
          "The field 'emoji' must have 1 to %s bytes.",
          "The field '%s' must have 1 to 128 characters: ASCII letters, digits or _-.:@=+|~. It"
              + " must not be '.' or '..'.",
          "The client id '%s' is reserved: ids that begin with '~' belong to the server. Use"
              + " another one.",
          "No more rooms or inboxes can be created: the limit %s is reached. Use existing ones, or"
              + " ask the operator of the server to raise it.",
          "The field 'ref' must be a text of at most 128 characters, or an integer of at most 128"
              + " digits.",
          "The field 'rooms' must be an object that maps each room to the last position received,"
              + " or null.",
          "A connection can have at most %s rooms. Leave one, or open another connection.",
          "Your connections can't enter more rooms: the limit %s is reached. Leave some, or close"
              + " another connection.",
          "The field 'data' can have at most %s levels of nesting.",
          "The fields 'before' and 'after' exclude each other: send only one of them.",
          "The field 'urgency' must be 'low', 'normal' or 'high'.",
          "The field '%s' must be a position received from the server.",
          "The field '%s' must be the 'id' that the server assigned to a notification.",
          "The field 'ids' must be a list of 1 to %s notification ids.",
          "Name the notifications read with either 'ids' or 'up_to', not both.",
          "The field '%s' must be a list of 1 to %s clients.",
          "The device is not identified: send 'device' in 'hello'.",
          "The request violates the protocol. Correct it before you send it again.",
          "Identify yourself first: send 'hello'.",
          "You don't have permission for this. Ask the operator of the server for it.",
          "Not found, or no longer kept. Check the room and the message number, or the notification"
              + " id.",
          "That 'id' was already used with other content in this room or for this recipient. Use a"
              + " new one.",
          "The database has not confirmed in time what was stored. It is not known whether the"
              + " request took effect: repeat it with the same 'id'.",
          "Too many requests. Wait a moment and send the request again.",
          "Internal server error; the server log has the cause. It is not known whether the request"
              + " took effect: send it again with the same 'id'.");

  public static RefusalMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }

  /// The general message of an error code.
  public String of(ErrorCode code, Language.Words words) {
    return switch (code) {
      case INVALID -> invalid;
      case UNKNOWN_TYPE -> words.unknownType();
      case UNAUTHORIZED -> unauthorized;
      case FORBIDDEN -> forbidden;
      case NOT_FOUND -> notFound;
      case CONFLICT -> conflict;
      case TOO_LARGE -> words.tooLarge().formatted(EntryRules.MAX_MESSAGE_BYTES);
      case RATE_LIMITED -> rateLimited;
      case UNAVAILABLE -> words.unavailable();
      case INTERNAL -> internal;
    };
  }
}
