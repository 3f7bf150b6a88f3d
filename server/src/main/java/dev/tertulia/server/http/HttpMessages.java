package dev.tertulia.server.http;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.AddressMessages;

/// The messages of HTTP requests that are refused whatever their address, in one language: the
/// reason, and what to do. Those with `%s` are format strings.
///
/// @param address those of addresses, methods and fields, which protocols share
/// @param otherKey an `Idempotency-Key` that differs from `id`
/// @param badKey an `Idempotency-Key` of invalid length
/// @param notUtf8 a body that is not UTF-8
/// @param unsupportedType a body of an unsupported media type
/// @param nothingHere an unknown address
/// @param operatorOnly a request of an operator without a key
/// @param tooMany too many concurrent requests
/// @param notAllowed an action that the named client may not perform in the room
/// @param otherClient a request with a token that names another client
/// @param keyNeeded a request for what is the operator's, without a key, from another machine
/// @param stopping the server is stopping
/// @param failed a bug in the server
@Immutable
record HttpMessages(
    AddressMessages address,
    String otherKey,
    String badKey,
    String notUtf8,
    String unsupportedType,
    String nothingHere,
    String operatorOnly,
    String tooMany,
    String notAllowed,
    String otherClient,
    String keyNeeded,
    String stopping,
    String failed) {
  private static final HttpMessages ES =
      new HttpMessages(
          AddressMessages.of(Language.ES),
          "La cabecera Idempotency-Key y el campo 'id' no coinciden: indica solo uno de los dos.",
          "La cabecera Idempotency-Key debe tener entre 1 y %s caracteres.",
          "El cuerpo no es UTF-8 válido.",
          "El cuerpo debe ser application/json, o text/plain con el texto del mensaje, codificado"
              + " en UTF-8.",
          "Esta dirección no existe. Las que existen están en /docs.",
          "Esto requiere una clave con el ámbito 'admin', o la del operador: está en el fichero"
              + " admin.token de la carpeta de datos, y solo vale en la propia máquina.",
          "Demasiadas peticiones simultáneas. Espera un momento y repite la petición.",
          "El cliente '%s' no puede hacer esto en la sala '%s': no está en su lista de miembros.",
          "Tu token es del cliente '%s', y solo puede actuar en su nombre: omite '%s'.",
          "Desde otra máquina hace falta una clave de la API: envíala como 'Authorization: Bearer"
              + " CLAVE'. ./tertulia key create hace una.",
          "El servidor se está deteniendo. Repite la petición cuando vuelva a estar disponible.",
          "Error interno del servidor. La causa está en su registro.");

  private static final HttpMessages EN =
      new HttpMessages(
          AddressMessages.of(Language.EN),
          "The header Idempotency-Key and the field 'id' differ: send only one of them.",
          "The header Idempotency-Key must have 1 to %s characters.",
          "The body is not valid UTF-8.",
          "The body must be application/json, or text/plain with the text of the message, in"
              + " UTF-8.",
          "This address does not exist. /docs lists the addresses.",
          "This needs a key with the scope 'admin', or the operator's: it is in the file"
              + " admin.token of the data folder, and is of use on the machine itself only.",
          "Too many concurrent requests. Wait a moment and send the request again.",
          "The client '%s' may not do this in the room '%s': it is not a member.",
          "The token belongs to the client '%s', and can act for no other: omit '%s'.",
          "From another machine this needs an API key: send it as 'Authorization: Bearer KEY'."
              + " ./tertulia key create makes one.",
          "The server is stopping. Send the request again when it is back.",
          "Internal server error. The server log has the cause.");

  /// The messages in `language`.
  static HttpMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }

  /// A refusal with the code `invalid`.
  static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }
}
