package dev.tertulia.server.protocol;

/// How long the texts are that people and applications give: the one place that says it, for every
/// door. Lengths are in Unicode code points.
public enum TextRule {
  SENDER(0, 256),
  TITLE(0, 256),

  /// A name that a client makes up, for a request or a place that it keeps.
  ID(1, 128),
  DEVICE(1, 128),
  CATEGORY(1, 128);

  private final int least;
  private final int most;

  TextRule(int least, int most) {
    this.least = least;
    this.most = most;
  }

  int least() {
    return least;
  }

  /// The most code points.
  public int most() {
    return most;
  }

  /// Whether a text is as long as it may be.
  public boolean fits(String text) {
    int length = text.length() > 2 * most ? Integer.MAX_VALUE : JsonText.length(text);
    return length >= least && length <= most;
  }
}
