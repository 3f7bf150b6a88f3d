package dev.tertulia.server.http;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;

/// The messages of HTTP requests that are refused whatever their address, in one language: the
/// reason, and what to do. Those with `%s` are format strings.
///
/// @param unknownField an unknown field
/// @param twice a duplicate field
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
@Immutable
record HttpMessages(
    String unknownField,
    String twice,
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
    String failed) {
  private static final HttpMessages ES =
      new HttpMessages(
          "Campo desconocido: '%s'. Los campos de cada petición están en /docs.",
          "El campo '%s' aparece dos veces.",
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
          "Error interno del servidor. La causa está en su registro.");

  private static final HttpMessages EN =
      new HttpMessages(
          "Unknown field '%s'. /docs lists the fields of each request.",
          "The field '%s' appears twice.",
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
