package dev.tertulia.server.config;

import dev.tertulia.server.auth.NamePattern;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One value that is being read: what was written, or else its default. A value that is not valid
/// adds a problem, and the default is read in its place, so that all problems are found at once.
///
/// For one thread.
final class Value {
  /// The maximum number of characters of a value that a message contains.
  private static final int SHOWN = 60;

  private static final Pattern COMMAS = Pattern.compile("\\s*,\\s*");

  private final String name;
  private final @Nullable Node written;
  private final String byDefault;
  private final boolean secret;
  private final List<String> problems;

  /// @param name as messages name it
  /// @param written `null` if nothing was written
  /// @param byDefault its default, as text; empty for none
  /// @param secret whether no message may contain it
  /// @param problems receives problems
  Value(
      String name,
      @Nullable Node written,
      String byDefault,
      boolean secret,
      List<String> problems) {
    this.name = name;
    this.written = written instanceof Node.Scalar text && text.text().isEmpty() ? null : written;
    this.byDefault = byDefault;
    this.secret = secret;
    this.problems = problems;
  }

  /// Whether something was written.
  boolean isSet() {
    return written != null;
  }

  /// Reports that the value is not what it must be.
  void refuse(String expected) {
    String shown =
        switch (written) {
          case null -> "is not set";
          case Node.Scalar text when !secret ->
              "is '%s'"
                  .formatted(
                      text.text().length() <= SHOWN
                          ? text.text()
                          : text.text().substring(0, SHOWN) + "…");
          case Node.Scalar _ -> "is not valid";
          case Node.Sequence _, Node.Mapping _ -> "is " + written.kind();
        };
    report("%s, but must be %s".formatted(shown, expected));
  }

  /// Reports any other problem of the value.
  ///
  /// @param what continues a sentence that begins with the name of the value
  void report(String what) {
    String place = written == null ? "" : " (" + written.place() + ")";
    problems.add(name + place + " " + what);
  }

  /// The value as it was written; the default if it is not a text.
  String text() {
    return switch (written) {
      case null -> byDefault;
      case Node.Scalar text -> text.text();
      case Node.Sequence _, Node.Mapping _ -> {
        refuse("a text");
        yield byDefault;
      }
    };
  }

  /// The value; `null` if there is none.
  @Nullable String optional() {
    String text = text();
    return text.isEmpty() ? null : text;
  }

  Path path() {
    try {
      return Path.of(text());
    } catch (InvalidPathException e) {
      refuse("a valid file name in this locale: use a UTF-8 locale, such as LC_ALL=C.UTF-8");
      return Path.of(byDefault);
    }
  }

  int integer(int min, int max) {
    return (int) number(min, max);
  }

  long number(long min, long max) {
    Long value = Units.number(text());
    if (value != null && value >= min && value <= max) {
      return value;
    }
    return or("a whole number from " + min + " to " + max, it -> it.number(min, max), min);
  }

  boolean truth() {
    return switch (text()) {
      case "true" -> true;
      case "false" -> false;
      default -> or("true or false", Value::truth, false);
    };
  }

  /// A duration above zero.
  Duration duration() {
    Duration value = Units.duration(text());
    if (value != null && !value.isZero()) {
      return value;
    }
    return or(
        value == null
            ? "a duration such as 500ms, 10s, 5m, 1h or 7d"
            : "a duration above zero such as 500ms, 10s, 5m or 1h",
        Value::duration,
        Duration.ofMillis(1));
  }

  Duration durationOrZero() {
    Duration value = Units.duration(text());
    return value != null
        ? value
        : or("a duration such as 500ms, 10s, 5m, 1h or 7d", Value::durationOrZero, Duration.ZERO);
  }

  int bytes(int min, int max) {
    return (int) bytes((long) min, max);
  }

  long bytes(long min, long max) {
    Long value = Units.bytes(text());
    if (value != null && value >= min && value <= max) {
      return value;
    }
    return or(
        "a size from " + min + " to " + max + " bytes, such as 64KiB or 1MiB",
        it -> it.bytes(min, max),
        min);
  }

  /// A size, or a share of `whole` such as `25%`.
  long bytesOrShare(int min, long whole) {
    int share = Units.share(text());
    if (share > 0) {
      return Math.max(min, whole / 100 * share);
    }
    if (Units.bytes(text()) == null) {
      return or(
          "a share from 1% to 99%, or a size such as 256MiB",
          it -> it.bytesOrShare(min, whole), (long) min);
    }
    return bytes(min, Integer.MAX_VALUE);
  }

  <E extends Enum<E>> E oneOf(Class<E> type) {
    String text = text();
    for (E candidate : type.getEnumConstants()) {
      if (wireName(candidate).equals(text)) {
        return candidate;
      }
    }
    String all = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
    return or(
        "one of " + all.substring(1, all.length() - 1),
        it -> it.oneOf(type),
        type.getEnumConstants()[0]);
  }

  static String wireName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// A secret; `null` if there is none, or it is too short, which is a problem.
  @Nullable Secret secret() {
    String text = optional();
    if (text == null) {
      return null;
    }
    try {
      return Secret.of(text);
    } catch (IllegalArgumentException e) {
      report(
          "is not long enough: %s; make one with 'openssl rand -base64 48'"
              .formatted(e.getMessage()));
      return null;
    }
  }

  /// A secret of any length, which another system has chosen; `null` if there is none.
  @Nullable Secret anySecret() {
    String text = optional();
    return text == null ? null : Secret.ofOther(text);
  }

  /// The items of a list: written as a list, or as a text with commas in between.
  List<Value> items() {
    return switch (written) {
      case null ->
          byDefault.isEmpty()
              ? List.of()
              : split(new Node.Scalar(byDefault, Node.Place.of("default")), COMMAS);
      case Node.Scalar text -> split(text, COMMAS);
      case Node.Sequence list -> list.items().stream().map(this::item).toList();
      case Node.Mapping _ -> {
        refuse("a list");
        yield List.of();
      }
    };
  }

  /// The items of a list: written as a list, or as a text with `separator` in between.
  List<Value> items(Pattern separator) {
    return written instanceof Node.Scalar text ? split(text, separator) : items();
  }

  private List<Value> split(Node.Scalar text, Pattern separator) {
    return Stream.of(separator.split(text.text().strip(), -1))
        .filter(each -> !each.isEmpty())
        .map(each -> item(new Node.Scalar(each, text.place())))
        .toList();
  }

  private Value item(Node node) {
    return new Value(name, node, "", secret, problems);
  }

  /// The values of a mapping, by their names, in the order in which they were written.
  Map<String, Value> named() {
    Map<String, Value> named = new LinkedHashMap<>();
    switch (written) {
      case null -> {}
      case Node.Mapping mapping ->
          mapping
              .entries()
              .forEach((key, entry) ->
                  named.put(key, new Value(name + "." + key, entry.value(), "", secret, problems)));
      case Node.Scalar _, Node.Sequence _ -> refuse("a mapping of names to values");
    }
    return named;
  }

  /// The texts of a list.
  List<String> texts() {
    return items().stream().map(Value::text).filter(text -> !text.isEmpty()).toList();
  }

  /// The patterns of a list.
  List<NamePattern> patterns() {
    List<NamePattern> patterns = new ArrayList<>();
    for (Value item : items()) {
      NamePattern pattern = item.pattern();
      if (pattern != null) {
        patterns.add(pattern);
      }
    }
    return List.copyOf(patterns);
  }

  /// A pattern; `null` if it is not one, which is a problem.
  @Nullable NamePattern pattern() {
    NamePattern pattern = NamePattern.parse(text());
    if (pattern == null) {
      refuse("a name in which * stands for any characters, such as team.*");
    }
    return pattern;
  }

  /// The records of a list. An unknown field is a problem.
  ///
  /// @param known the names of the fields
  List<Fields> records(List<String> known) {
    List<Fields> records = new ArrayList<>();
    switch (written) {
      case null -> {}
      case Node.Sequence list -> {
        for (Node item : list.items()) {
          if (item instanceof Node.Mapping record) {
            records.add(fields(record, known));
          } else {
            item(item).refuse("a mapping with the fields " + String.join(", ", known));
          }
        }
      }
      case Node.Scalar _, Node.Mapping _ ->
          refuse("a list of mappings with the fields " + String.join(", ", known));
    }
    return records;
  }

  private Fields fields(Node.Mapping record, List<String> known) {
    record
        .entries()
        .forEach((key, entry) -> {
          if (!known.contains(key)) {
            problems.add(
                "%s: unknown field '%s' in %s%s"
                    .formatted(entry.key(), key, name, Nearest.to(key, known)));
          }
        });
    return new Fields(record);
  }

  /// The named values of one record of a list.
  final class Fields {
    private final Node.Mapping record;

    private Fields(Node.Mapping record) {
      this.record = record;
    }

    Value get(String field) {
      return get(field, "");
    }

    Value get(String field, String byDefault) {
      Node.Entry entry = record.entries().get(field);
      return new Value(
          name + "." + field, entry == null ? null : entry.value(), byDefault, secret, problems);
    }

    /// Like [#get(String)], for a field that is a secret.
    Value secret(String field) {
      Node.Entry entry = record.entries().get(field);
      return new Value(
          name + "." + field, entry == null ? null : entry.value(), "", true, problems);
    }

    /// Reports a problem of the whole record.
    void report(String what) {
      problems.add("%s (%s): %s".formatted(name, record.place(), what));
    }
  }

  /// Reports the problem, and reads the default instead.
  private <T> T or(String expected, Function<Value, T> reading, T fallback) {
    refuse(expected);
    return written == null || byDefault.isEmpty()
        ? fallback
        : reading.apply(new Value(name, null, byDefault, secret, problems));
  }
}
