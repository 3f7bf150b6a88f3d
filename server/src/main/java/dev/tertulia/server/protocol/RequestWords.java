package dev.tertulia.server.protocol;

import com.google.errorprone.annotations.Immutable;

/// Why a request of the full protocol is refused, and what to do about it, in one language. Those
/// with `%s` are formats.
///
/// @param missing a field that must be there
/// @param notInteger a field that must be an integer between two bounds
/// @param notBoolean a field that must be `true` or `false`
/// @param badLength a field whose length in characters is out of its bounds
/// @param badEmoji a reaction that is empty or past its bound
/// @param notIdentifier a name that breaks the rule of [Identifier]
/// @param reserved a client id that is the server's own
/// @param noMoreNames a new room or inbox past the setting that bounds them
/// @param badRef a mark of another kind, or too long
/// @param badRooms rooms that are no object of positions
/// @param tooManyRooms more rooms than a connection may have
/// @param tooDeep data with too many levels
/// @param twoDirections a page before one offset and after another
/// @param badUrgency an urgency that there is not
/// @param notPosition a position that is none
/// @param notNotification an id that is no notification's
/// @param badIds ids that are no list of such
/// @param idsOrUpTo a reading that says neither what, or both
/// @param noDevice a device that tells of itself without having said which it is
/// @param invalid a request that breaks another rule
/// @param unauthorized a request before `hello`
/// @param forbidden what this client may not do
/// @param notFound what does not exist
/// @param conflict an `id` that was used for something else
/// @param rateLimited too many requests
/// @param internal a defect of the server
@Immutable
record RequestWords(
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
    String tooDeep,
    String twoDirections,
    String badUrgency,
    String notPosition,
    String notNotification,
    String badIds,
    String idsOrUpTo,
    String noDevice,
    String invalid,
    String unauthorized,
    String forbidden,
    String notFound,
    String conflict,
    String rateLimited,
    String internal) {
  private static final RequestWords ES =
      new RequestWords(
          "Falta el campo '%s'.",
          "El campo '%s' debe ser un número entero entre %s y %s.",
          "El campo '%s' debe ser true o false.",
          "El campo '%s' debe tener entre %s y %s caracteres.",
          "El campo 'emoji' debe tener entre 1 y %s bytes.",
          "El campo '%s' debe tener de 1 a 128 letras ASCII, cifras o signos _-.:@=+|~, y no ser '.'"
              + " ni '..'.",
          "El identificador de cliente '%s' está reservado: los que empiezan por '~' son del propio"
              + " servidor. Usa otro.",
          "No caben más salas o buzones nuevos: los limita %s. Usa los que ya hay, o pide a quien"
              + " administra el servidor que lo suba.",
          "El campo 'ref' debe ser un texto de 128 caracteres como máximo o un número entero de"
              + " otras tantas cifras.",
          "El campo 'rooms' debe ser un objeto: cada sala con la posición hasta la que se tiene, o"
              + " null.",
          "Una conexión admite %s salas como máximo. Sal de alguna, o abre otra conexión.",
          "El campo 'data' admite %s niveles como máximo.",
          "Una página va antes de 'before' o después de 'after': indica solo uno.",
          "El campo 'urgency' debe ser 'low', 'normal' o 'high'.",
          "El campo '%s' debe ser una posición que haya dado el servidor.",
          "El campo '%s' debe ser el 'id' que el servidor dio a una notificación.",
          "El campo 'ids' debe ser una lista de 1 a %s 'id' de notificaciones.",
          "Indica qué se ha leído con 'ids' o con 'up_to', y solo con uno de los dos.",
          "Este dispositivo no ha dicho cuál es: indica 'device' en 'hello'.",
          "La petición incumple el protocolo. Corrígela antes de repetirla.",
          "Di primero quién eres: envía 'hello'.",
          "No tienes permiso para esto. Pídeselo a quien administra el servidor.",
          "Eso no existe, o ya no. Comprueba la sala y el número del mensaje, o el 'id' de la"
              + " notificación.",
          "Ya usaste ese 'id' para otra cosa en esta sala o con este destinatario. Usa uno nuevo.",
          "Demasiadas peticiones. Espera un momento y repítela.",
          "Ha fallado algo en el servidor; su registro dice más. No se sabe si la petición tuvo"
              + " efecto: repítela con el mismo 'id'.");

  private static final RequestWords EN =
      new RequestWords(
          "The field '%s' is missing.",
          "The field '%s' must be an integer from %s to %s.",
          "The field '%s' must be true or false.",
          "The field '%s' must have %s to %s characters.",
          "The field 'emoji' must have 1 to %s bytes.",
          "The field '%s' must have 1 to 128 ASCII letters, digits or signs _-.:@=+|~, and not be"
              + " '.' or '..'.",
          "The client id '%s' is reserved: those that begin with '~' are the server's own. Use"
              + " another.",
          "There is no room for another room or inbox: %s bounds them. Use those that there are, or"
              + " ask the server's operator to raise it.",
          "The field 'ref' must be a text of 128 characters at most, or an integer of as many"
              + " digits.",
          "The field 'rooms' must be an object: each room with the position up to which you have"
              + " it, or null.",
          "A connection may have %s rooms at most. Leave one, or open another connection.",
          "The field 'data' may have %s levels at most.",
          "A page is before 'before' or after 'after': give one of them.",
          "The field 'urgency' must be 'low', 'normal' or 'high'.",
          "The field '%s' must be a position that the server gave.",
          "The field '%s' must be the 'id' that the server gave to a notification.",
          "The field 'ids' must be a list of 1 to %s ids of notifications.",
          "Say what was read with 'ids' or with 'up_to', and with one of them only.",
          "This device has not said which one it is: give 'device' in 'hello'.",
          "The request breaks the protocol. Correct it before you send it again.",
          "Say first who you are: send 'hello'.",
          "You may not do this. Ask whoever runs the server for the permission.",
          "There is no such thing, or no longer. Check the room and the message's number, or the"
              + " notification's id.",
          "You have used that 'id' for something else in this room or with this recipient. Use a new one.",
          "Too many requests. Wait a moment and send it again.",
          "Something failed in the server; its log tells more. Nobody knows whether the request"
              + " had an effect: send it again with the same 'id'.");

  static RequestWords of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }

  /// What is said of a code when nothing more is known.
  String of(ErrorCode code, Language.Words words) {
    return switch (code) {
      case INVALID -> invalid;
      case UNKNOWN_TYPE -> words.unknownType();
      case UNAUTHORIZED -> unauthorized;
      case FORBIDDEN -> forbidden;
      case NOT_FOUND -> notFound;
      case CONFLICT -> conflict;
      case TOO_LARGE -> words.tooLarge().formatted(ClientMessage.MAX_MESSAGE_BYTES);
      case RATE_LIMITED -> rateLimited;
      case UNAVAILABLE -> words.unavailable();
      case INTERNAL -> internal;
    };
  }
}
