package dev.tertulia.server.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The description of something that a server counts or measures. [Meters] hold the values.
///
/// @param name with the prefix `tertulia_`, and at the end the base unit (`_seconds`, `_bytes`) and
///   for a counter `_total`
/// @param help what it is: Markdown, one sentence without a full stop
/// @param labels its dimensions, in order
/// @param buckets of a histogram; `null` for other kinds
/// @param unwatched why it is neither on the dashboard nor in an alert; empty for one that is
public record Metric(
    String name,
    Kind kind,
    String help,
    List<Label> labels,
    @Nullable Buckets buckets,
    String unwatched) {
  /// What its values are.
  public enum Kind {
    /// A sum that never decreases while the server runs.
    COUNTER,
    /// A value that rises and falls.
    GAUGE,
    /// The distribution of single values.
    HISTOGRAM,
    /// Facts about the server as labels; its value is always 1.
    INFO
  }

  public Metric {
    labels = List.copyOf(labels);
  }

  public static Metric counter(String name, String help, Label... labels) {
    return new Metric(name, Kind.COUNTER, help, List.of(labels), null, "");
  }

  public static Metric gauge(String name, String help, Label... labels) {
    return new Metric(name, Kind.GAUGE, help, List.of(labels), null, "");
  }

  public static Metric info(String name, String help, Label... labels) {
    return new Metric(name, Kind.INFO, help, List.of(labels), null, "");
  }

  public static Metric histogram(String name, Buckets buckets, String help, Label... labels) {
    return new Metric(name, Kind.HISTOGRAM, help, List.of(labels), buckets, "");
  }

  /// The same, which is neither on the dashboard nor in an alert.
  ///
  /// @param reason Markdown, one sentence without a full stop
  public Metric unwatched(String reason) {
    return new Metric(name, kind, help, labels, buckets, reason);
  }
}
