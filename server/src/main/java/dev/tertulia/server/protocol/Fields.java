package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Received.Ref;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The fields of one request, read from the token stream of its JSON or given one by one, and
/// checked against the [Field]s that the request has. For one thread.
///
/// Nothing is refused while it is read, because the `type` may come last, and a field may turn out
/// not to belong to the request. If a field comes twice, the last one counts. Afterwards each check
/// returns something with which the caller can go on; the first that failed is the [#problem], and
/// then nothing that was returned is of any use.
public final class Fields {
  private static final int NAMES = Name.values().length;

  /// A `null`, where it is not an omitted field.
  public record Null() {}

  private static final Null NULL = new Null();

  /// A value that no request has, or that is never accepted.
  ///
  /// @param why the reason, if it does not depend on the request
  public record Unfit(@Nullable String why) {}

  /// A value that no request has.
  public static final Unfit NO_KIND = new Unfit(null);

  /// A list.
  ///
  /// @param texts its elements; `null` for one that is not a text
  public record Texts(List<@Nullable String> texts) {}

  /// An object that has not been read.
  ///
  /// @param text UTF-8 from `offset` on, `length` bytes of it; may not be kept
  public record Json(byte[] text, int offset, int length) {}

  /// By name: a `String`, a `Long`, a `Boolean`, a [DataValue], [Null], [Texts], `Json` or [Unfit];
  /// `null` if omitted.
  private final @Nullable Object[] values = new @Nullable Object[NAMES];

  private final Language.Words words;
  private final RefusalMessages messages;

  /// The names that are read, a bit each; the others are skipped.
  private final long known;

  private @Nullable Ref ref;
  private @Nullable String unknown;
  private @Nullable Name repeated;
  private @Nullable Refusal problem;
  private boolean refIsBad;

  /// Creates the fields of a request that may have any field.
  public Fields(Language.Words words, RefusalMessages messages) {
    this(words, messages, -1);
  }

  /// Creates the fields of a request that has only some; [#unknown] has the first other one.
  public Fields(Language language, List<Field<?>> fields) {
    this(language.words(), RefusalMessages.of(language), bits(fields));
  }

  private Fields(Language.Words words, RefusalMessages messages, long known) {
    this.words = words;
    this.messages = messages;
    this.known = known;
  }

  private static long bits(List<Field<?>> fields) {
    long bits = 0;
    for (Field<?> field : fields) {
      bits |= 1L << field.name().slot();
    }
    return bits;
  }

  /// Reads all fields of an object, from after its opening brace.
  ///
  /// @param text the input of `parser`, from `start` on
  /// @throws tools.jackson.core.JacksonException if it is not JSON, or exceeds the limits of
  ///   [JsonText]
  public void read(JsonParser parser, byte[] text, int start) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      Name field = Name.of(name);
      if (field != null && (known & (1L << field.slot())) != 0) {
        repeated = values[field.slot()] == null ? repeated : field;
        values[field.slot()] = value(field, parser, token, text, start);
        continue;
      }
      unknown = unknown == null ? name : unknown;
      if (name.equals("ref")) {
        readRef(parser, token);
      } else {
        parser.skipChildren();
      }
    }
  }

  /// Adds a field as if it had been read.
  ///
  /// @return `false` if there is one already, which remains
  public boolean put(Name name, Object value) {
    if (values[name.slot()] != null) {
      return false;
    }
    values[name.slot()] = value;
    return true;
  }

  /// The value of a field as it was read; `null` if it was omitted.
  public @Nullable Object raw(Name name) {
    return values[name.slot()];
  }

  /// The value of a field; `null` if it was omitted, or is not valid, which is the problem then.
  public <T> @Nullable T get(Field<T> field) {
    Object value = values[field.name().slot()];
    return value == null ? null : field.check(value, this);
  }

  /// The value of a field that must be there.
  ///
  /// @return a stand-in if it is not there, or not valid, which is the problem then
  public <T> T require(Field<T> field) {
    T value = get(field);
    if (value == null) {
      missing(field);
      return Objects.requireNonNull(field.standIn());
    }
    return value;
  }

  /// The value of an integer field, or `otherwise` if it was omitted.
  public int get(Field<Long> field, int otherwise) {
    Long value = get(field);
    return value == null ? otherwise : Math.toIntExact(value);
  }

  /// Refuses the request because a field is missing.
  public void missing(Field<?> field) {
    refuse(messages.missing().formatted(field.name().wireName()));
  }

  /// Refuses the request as invalid, unless it was refused before.
  public void refuse(String why) {
    if (problem == null) {
      refuse(new Refusal(ErrorCode.INVALID, why));
    }
  }

  /// Refuses the request, unless it was refused before.
  public void refuse(Refusal refusal) {
    problem = problem == null ? refusal : problem;
  }

  /// Why the request is refused; `null` if nothing was found.
  public @Nullable Refusal problem() {
    return problem;
  }

  /// The client's mark, which its reply repeats; `null` if there is none, or an invalid one.
  public @Nullable Ref ref() {
    return ref;
  }

  /// Refuses the request if its `ref` is invalid.
  public void checkRef() {
    if (refIsBad) {
      refuse(messages.badRef());
    }
  }

  /// The first field that the request does not have; `null` if there is none.
  public @Nullable String unknown() {
    return unknown;
  }

  /// A field that came twice; `null` if there is none.
  public @Nullable Name repeated() {
    return repeated;
  }

  /// The texts of refusals that all protocols share.
  public Language.Words words() {
    return words;
  }

  /// The texts of refusals.
  public RefusalMessages messages() {
    return messages;
  }

  private @Nullable Object value(
      Name field, JsonParser parser, JsonToken token, byte[] text, int start) {
    return switch (field.form()) {
      case SCALAR -> scalar(field, parser, token);
      case NULLABLE -> token == JsonToken.VALUE_NULL ? NULL : scalar(field, parser, token);
      case LIST ->
          token == JsonToken.START_ARRAY ? texts(field, parser) : scalar(field, parser, token);
      case COMPOSITE ->
          switch (token) {
            case START_OBJECT -> object(parser, text, start);
            case START_ARRAY -> texts(field, parser);
            default -> scalar(field, parser, token);
          };
      case DATA -> DataValue.read(parser, text, start);
    };
  }

  /// Reads a text, an integer or a boolean; `null` for a `null`.
  public @Nullable Object scalar(Name field, JsonParser parser, JsonToken token) {
    return switch (token) {
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> {
        String text = parser.getString();
        String wrong = words.problemWith(field.wireName(), text);
        yield wrong == null ? text : new Unfit(wrong);
      }
      case VALUE_NUMBER_INT -> integer(parser.getString());
      default -> {
        parser.skipChildren();
        yield NO_KIND;
      }
    };
  }

  /// Reads an integer: a `Long`, or [#NO_KIND] if it is out of range.
  public static Object integer(String digits) {
    try {
      return digits.length() > 20 ? NO_KIND : Long.valueOf(digits);
    } catch (NumberFormatException outOfRange) {
      return NO_KIND;
    }
  }

  private Texts texts(Name field, JsonParser parser) {
    List<@Nullable String> texts = new ArrayList<>();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      texts.add(scalar(field, parser, next) instanceof String text ? text : null);
    }
    return new Texts(texts);
  }

  private static Json object(JsonParser parser, byte[] text, int start) {
    int begin = start + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int end = start + (int) parser.currentLocation().getByteOffset();
    return new Json(text, begin, end - begin);
  }

  private void readRef(JsonParser parser, JsonToken token) {
    ref = null;
    switch (token) {
      case VALUE_NULL -> {}
      case VALUE_STRING -> {
        String text = parser.getString();
        boolean good = JsonText.isUnicode(text) && JsonText.length(text) <= Ref.MAX_LENGTH;
        ref = good ? Ref.of(text) : null;
      }
      case VALUE_NUMBER_INT -> {
        String digits = parser.getString();
        ref = digits.length() <= Ref.MAX_LENGTH ? new Ref(digits) : null;
      }
      default -> parser.skipChildren();
    }
    refIsBad = ref == null && token != JsonToken.VALUE_NULL;
  }
}
