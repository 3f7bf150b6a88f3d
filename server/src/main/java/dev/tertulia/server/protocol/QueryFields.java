package dev.tertulia.server.protocol;

import dev.tertulia.server.model.Language;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the query of an address, fields of the form `name=value` separated by `&`, into the
/// [Fields] of a request. Fields that the request does not have, and duplicate fields, are refused.
/// For one thread.
public final class QueryFields {
  private final List<Field<?>> known;
  private final Fields fields;
  private final Language.Words words;
  private final AddressMessages messages;

  /// @param known the fields of the request; of those in the path, the ones that are not text
  /// @param fields receives the values
  public QueryFields(Language language, List<Field<?>> known, Fields fields) {
    this.known = known;
    this.fields = fields;
    words = language.words();
    messages = AddressMessages.of(language);
  }

  /// Reads all fields of a query, in their order.
  ///
  /// @param rawQuery as received, see [RawText]; empty for none
  public void read(String rawQuery) {
    if (rawQuery.isEmpty()) {
      return;
    }
    for (String field : rawQuery.split("&", -1)) {
      int equals = field.indexOf('=');
      String name = equals < 0 ? null : RawText.decode(field.substring(0, equals));
      String value = equals < 0 ? null : RawText.decode(field.substring(equals + 1));
      if (equals < 0 || RawText.hasBadPercent(field)) {
        fields.refuse(messages.badQuery());
      } else if (name == null || value == null) {
        fields.refuse(messages.addressNotUtf8());
      } else {
        read(name, value);
      }
    }
  }

  private void read(String name, String value) {
    Field<?> field = knownField(name);
    if (field == null || !field.name().isForQueries()) {
      fields.refuse(messages.unknownField().formatted(name));
    } else {
      put(field.name(), field.ofText(value));
    }
  }

  private @Nullable Field<?> knownField(String name) {
    for (Field<?> field : known) {
      if (field.name().wireName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  /// Adds a value of the path.
  public void path(Field.Name name, String value) {
    Field<?> field = knownField(name.wireName());
    put(name, field == null ? value : field.ofText(value));
  }

  /// Adds one value, from the query or from elsewhere in the request.
  public void put(Field.Name field, Object value) {
    String problem =
        value instanceof String text ? words.problemWith(field.wireName(), text) : null;
    if (problem != null) {
      fields.refuse(problem);
    } else if (!fields.put(field, value)) {
      fields.refuse(messages.twice().formatted(field.wireName()));
    }
  }
}
