package dev.tertulia.server.http.admin;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused requests about API keys in one language: the reason, and what to do.
/// Those with `%s` are format strings.
///
/// @param badName a name that no key can have
/// @param badScopes a list that is not one of scopes
/// @param badRooms a list that is not one of patterns; the most
/// @param past an expiry that is not in the future
/// @param taken a name that a key has
/// @param full there are as many keys as there may be; the most
/// @param unknown a name that no key has
/// @param configured the name of a key in the configuration
/// @param notStored the key is revoked, but that could not be stored
@Immutable
record KeyMessages(
    String badName,
    String badScopes,
    String badRooms,
    String past,
    String taken,
    String full,
    String unknown,
    String configured,
    String notStored) {
  private static final KeyMessages ES =
      new KeyMessages(
          "'name' debe tener entre 1 y 128 letras, cifras y _ - . : @ = + | ~, y no empezar por"
              + " '~'.",
          "'scopes' debe ser una lista con al menos uno de estos ámbitos: send, notify, broadcast,"
              + " read, metrics, admin.",
          "'rooms' debe ser una lista de 1 a %s nombres de salas, en los que '*' equivale a"
              + " cualquier texto.",
          "'expires' debe ser un momento futuro, en milisegundos desde 1970.",
          "Ya hay una clave que se llama '%s': revócala o elige otro nombre.",
          "Hay %s claves, que son las máximas: revoca las que ya no se usen.",
          "No hay ninguna clave que se llame '%s'.",
          "La clave '%s' está en la configuración del servidor: quítala de ahí.",
          "La clave '%s' ya no se acepta, pero no se ha podido guardar: si el servidor se reinicia,"
              + " volverá a valer. Repite la petición en un momento.");

  private static final KeyMessages EN =
      new KeyMessages(
          "'name' must have 1 to 128 letters, digits and _ - . : @ = + | ~, and must not begin with"
              + " '~'.",
          "'scopes' must be a list of at least one of these scopes: send, notify, broadcast, read,"
              + " metrics, admin.",
          "'rooms' must be a list of 1 to %s names of rooms, in which '*' stands for any text.",
          "'expires' must be a time in the future, in milliseconds since 1970.",
          "There is a key with the name '%s': revoke it, or choose another name.",
          "There are %s keys, which is the maximum: revoke those that are not used any more.",
          "No key has the name '%s'.",
          "The key '%s' is in the configuration of the server: remove it there.",
          "The key '%s' is refused from now on, but that could not be stored: after a restart the"
              + " key would be valid again. Repeat the request in a moment.");

  /// The messages in `language`.
  static KeyMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
