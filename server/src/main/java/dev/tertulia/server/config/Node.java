package dev.tertulia.server.config;

import java.util.List;
import java.util.Map;

/// A value as an operator wrote it: in the configuration file, in a variable or after an option.
/// Nothing is interpreted yet, so `0123`, `yes` and `1e3` are texts. Never shown, because it may be
/// a secret.
sealed interface Node {
  /// Where it was written.
  Place place();

  /// The kind of value, as messages name it.
  String kind();

  /// A text.
  ///
  /// @param text empty if nothing was written
  record Scalar(String text, Place place) implements Node {
    @Override
    public String kind() {
      return "a text";
    }

    @Override
    public String toString() {
      return "a text at " + place;
    }
  }

  /// A list.
  record Sequence(List<Node> items, Place place) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /// Values with names, in the order in which they were written.
  record Mapping(Map<String, Entry> entries, Place place) implements Node {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /// A value in a mapping.
  ///
  /// @param key where its name was written
  record Entry(Place key, Node value) {}

  /// A place in the configuration.
  ///
  /// @param source a file, a variable or an option
  /// @param line from 1; 0 if the whole source is meant
  /// @param column from 1
  record Place(String source, int line, int column) {
    static Place of(String source) {
      return new Place(source, 0, 0);
    }

    @Override
    public String toString() {
      return line == 0 ? source : source + ":" + line + ":" + column;
    }
  }
}
