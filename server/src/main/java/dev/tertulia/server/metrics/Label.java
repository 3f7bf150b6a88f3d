package dev.tertulia.server.metrics;

/// A dimension of a [Metric], of few values. It never carries what a client chooses: no name of a
/// client or room, no path.
///
/// @param name in lower case
/// @param bound the maximum number of values; what comes beyond it is counted as [#OTHER]
/// @param meaning what its values are, for the documentation: Markdown without a full stop
public record Label(String name, int bound, String meaning) {
  /// The value that stands for all values without one of their own.
  public static final String OTHER = "other";
}
