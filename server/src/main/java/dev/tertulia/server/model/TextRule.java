package dev.tertulia.server.model;

import dev.tertulia.server.json.JsonText;

/// The lengths of texts given by people and applications, for all sources. Lengths are in Unicode
/// code points.
public enum TextRule {
  SENDER(0, 256),
  TITLE(0, 256),

  /// An id chosen by a client, for a request or a position that it keeps.
  ID(1, 128),
  DEVICE(1, 128),
  CATEGORY(1, 128);

  private final int least;
  private final int most;

  TextRule(int least, int most) {
    this.least = least;
    this.most = most;
  }

  public int least() {
    return least;
  }

  /// The maximum number of code points.
  public int most() {
    return most;
  }

  /// Whether the length of a text is valid.
  public boolean fits(String text) {
    int length = text.length() > 2 * most ? Integer.MAX_VALUE : JsonText.length(text);
    return length >= least && length <= most;
  }
}
