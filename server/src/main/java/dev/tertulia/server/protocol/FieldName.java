package dev.tertulia.server.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The names of the fields of requests, over WebSocket and HTTP, but for `ref`, which every message
/// may have. A name determines how [Fields] reads the value from JSON; what the value must be is
/// declared by each [Field] of that name.
public enum FieldName {
  TYPE,
  ROOM,
  SENDER,
  MESSAGE,
  ID,
  REPLY_TO,
  DATA(Form.DATA),
  TARGET,
  EMOJI,
  REMOVE,
  OFFSET,
  AFTER,
  BEFORE,
  LIMIT,
  DEVICE,
  ROOMS(Form.OBJECT),
  INBOX(Form.NULLABLE),
  CLIENT,
  FROM,
  TO(Form.LIST),
  TITLE,
  CATEGORY,
  URGENCY,
  POS,
  UNREAD_ONLY,
  IDS(Form.LIST),
  UP_TO;

  /// How a value is read.
  enum Form {
    /// A text, an integer or a boolean; `null` is an omitted field.
    SCALAR,

    /// The same, but `null` is a value.
    NULLABLE,

    /// The same, or a list of texts.
    LIST,

    /// The same, or an object, which is only read when it is needed.
    OBJECT,

    /// Any JSON value, including `null`.
    DATA
  }

  private static final Map<String, FieldName> NAMES =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(FieldName::wireName, Function.identity()));

  private final String wireName = name().toLowerCase(Locale.ROOT);
  private final Form form;

  FieldName() {
    this(Form.SCALAR);
  }

  FieldName(Form form) {
    this.form = form;
  }

  /// The field of that name; `null` if no request has one.
  public static @Nullable FieldName of(String wireName) {
    return NAMES.get(wireName);
  }

  public String wireName() {
    return wireName;
  }

  /// The index of the field in the array of [Fields].
  @SuppressWarnings("EnumOrdinal") // It is not stored anywhere.
  int slot() {
    return ordinal();
  }

  Form form() {
    return form;
  }

  /// Whether a value can be given in the query of an address.
  public boolean isForQueries() {
    return form != Form.LIST && form != Form.DATA;
  }
}
