package dev.tertulia.server.model;

/// Whole numbers as people and protocols write them.
public final class DecimalText {
  private DecimalText() {}

  /// Whether `text` is one to `most` decimal digits of ASCII, and nothing else.
  public static boolean isNumber(String text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
