package dev.tertulia.server.http;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.QueryFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// Collects the fields of one HTTP request: from its path, its query, and a body of JSON or of
/// plain text, which is the `message`. Fields that the request does not have, and duplicate fields,
/// are refused. For one thread.
final class CallFields {
  private final QueryFields address;
  private final Fields fields;
  private final Language.Words words;
  private final HttpMessages messages;

  /// @param known the fields of the request; of those in the path, the ones that are not text
  CallFields(Language language, List<Field<?>> known) {
    fields = new Fields(language, known);
    address = new QueryFields(language, known, fields);
    words = language.words();
    messages = HttpMessages.of(language);
  }

  Fields fields() {
    return fields;
  }

  void refuse(String why) {
    fields.refuse(why);
  }

  /// Adds a field of the path.
  void fromPath(String name, String value) {
    Name field = Name.of(name);
    if (field == null) {
      throw new IllegalArgumentException("no field is called " + name);
    }
    address.path(field, value);
  }

  /// Adds the fields of a query.
  ///
  /// @param query as received; empty for none
  void fromQuery(String query) {
    address.read(query);
  }

  /// Adds the fields of a JSON body.
  void fromJson(byte[] body) {
    if (!JsonText.isUtf8(body, 0, body.length)) {
      refuse(messages.notUtf8());
      return;
    }
    try (JsonParser parser = JsonText.parser(body, 0, body.length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        refuse(words.notAnObject());
        return;
      }
      readObject(parser, body);
    } catch (JacksonException e) {
      refuse(words.notAnObject());
    }
    if (fields.unknown() != null) {
      refuse(messages.address().unknownField().formatted(fields.unknown()));
    }
    Name repeated = fields.repeated();
    if (repeated != null) {
      refuse(messages.address().twice().formatted(repeated.wireName()));
    }
  }

  private void readObject(JsonParser parser, byte[] body) {
    try {
      fields.read(parser, body, 0);
      if (parser.nextToken() != null) {
        refuse(words.notAnObject());
      }
    } catch (StreamConstraintsException e) {
      refuse(words.problemWith(JsonText.fieldOf(parser), e));
    }
  }

  /// Adds a body of plain text.
  void fromText(byte[] body) {
    if (JsonText.isUtf8(body, 0, body.length)) {
      address.put(Name.MESSAGE, new String(body, StandardCharsets.UTF_8));
    } else {
      refuse(messages.notUtf8());
    }
  }

  /// Adds an `Idempotency-Key` as the `id`, without the quotation marks around it.
  void fromKey(String header) {
    String key =
        header.length() >= 2 && header.startsWith("\"") && header.endsWith("\"")
            ? header.substring(1, header.length() - 1)
            : header;
    if (!JsonText.isText(key) || !TextRule.ID.fits(key)) {
      refuse(messages.badKey().formatted(TextRule.ID.most()));
    } else if (!fields.put(Name.ID, key) && !key.equals(fields.raw(Name.ID))) {
      refuse(messages.otherKey());
    }
  }
}
