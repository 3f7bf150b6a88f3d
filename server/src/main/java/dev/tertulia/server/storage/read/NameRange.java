package dev.tertulia.server.storage.read;

/// A range of names of rooms or clients: those that begin with a prefix, and come after one of
/// them.
///
/// @param from the first possible name
/// @param to the first name after all of them
record NameRange(String from, String to) {
  /// Comes before every character of a name.
  private static final char LEAST = '\u0001';

  /// Comes after every character of a name.
  private static final char MOST = '\u007f';

  /// The names that begin with `prefix` and come after `after`.
  static NameRange of(String prefix, String after) {
    return new NameRange(
        after.compareTo(prefix) >= 0 && !after.isEmpty() ? after + LEAST : prefix, prefix + MOST);
  }
}
