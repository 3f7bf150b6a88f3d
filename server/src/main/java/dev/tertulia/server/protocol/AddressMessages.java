package dev.tertulia.server.protocol;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of requests that are refused for their address, their method or a field, in one
/// language: the reason, and what to do. Those with `%s` are format strings.
///
/// @param unknownField an unknown field
/// @param twice a duplicate field
/// @param badQuery a malformed query
/// @param addressNotUtf8 an address that is not UTF-8
/// @param noBody a body where none is allowed
/// @param otherMethods a method that the address does not support
@Immutable
public record AddressMessages(
    String unknownField,
    String twice,
    String badQuery,
    String addressNotUtf8,
    String noBody,
    String otherMethods) {
  private static final AddressMessages ES =
      new AddressMessages(
          "Campo desconocido: '%s'. Los campos de cada petición están en /docs.",
          "El campo '%s' aparece dos veces.",
          "Los parámetros de la dirección (lo que sigue a '?') deben tener la forma"
              + " nombre=valor&nombre=valor.",
          "La dirección no es UTF-8 válido, incluidos los bytes codificados con '%'.",
          "Esta petición no admite cuerpo.",
          "Método no permitido: esta dirección admite %s.");

  private static final AddressMessages EN =
      new AddressMessages(
          "Unknown field '%s'. /docs lists the fields of each request.",
          "The field '%s' appears twice.",
          "The query of the address (after '?') must have the form name=value&name=value.",
          "The address is not valid UTF-8, including its percent-encoded bytes.",
          "This request does not take a body.",
          "Method not allowed: this address accepts %s.");

  /// The texts in `language`.
  public static AddressMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
