package dev.tertulia.server.protocol;

import dev.tertulia.server.model.Language;

/// Reads the query of an address: fields of the form `name=value`, separated by `&`.
public final class QueryFields {
  private QueryFields() {}

  /// Receives what a query contains.
  public interface Sink {
    /// A field, decoded.
    void field(String name, String value);

    /// A field that can't be decoded.
    ///
    /// @param why the reason, for people
    void refuse(String why);
  }

  /// Reads all fields, in their order.
  ///
  /// @param rawQuery as received, see [RawText]; empty for none
  /// @param language that of the reasons
  public static void read(String rawQuery, Language language, Sink sink) {
    if (rawQuery.isEmpty()) {
      return;
    }
    AddressMessages words = AddressMessages.of(language);
    for (String field : rawQuery.split("&", -1)) {
      int equals = field.indexOf('=');
      String name = equals < 0 ? null : RawText.decode(field.substring(0, equals));
      String value = equals < 0 ? null : RawText.decode(field.substring(equals + 1));
      if (equals < 0 || RawText.hasBadPercent(field)) {
        sink.refuse(words.badQuery());
      } else if (name == null || value == null) {
        sink.refuse(words.addressNotUtf8());
      } else {
        sink.field(name, value);
      }
    }
  }
}
