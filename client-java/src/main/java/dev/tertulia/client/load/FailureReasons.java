package dev.tertulia.client.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/// The reasons of failures, each with its number of occurrences. Keeps the first twenty; further
/// ones are counted together. Text from servers is escaped for a terminal.
public final class FailureReasons {
  private static final int MOST = 20;
  private static final int LONGEST = 200;
  private static final String OTHERS = "other reasons";

  private final Map<String, Long> counts = new LinkedHashMap<>();

  void add(String reason) {
    add(reason, 1);
  }

  void add(FailureReasons more) {
    more.counts.forEach(this::add);
  }

  private void add(String reason, long times) {
    String known = harmless(reason);
    String key = counts.containsKey(known) || counts.size() < MOST ? known : OTHERS;
    counts.merge(key, times, Long::sum);
  }

  /// How often each was given, the first one first.
  public Map<String, Long> counts() {
    return Map.copyOf(counts);
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  private static String harmless(String text) {
    int end = text.offsetByCodePoints(0, Math.min(LONGEST, text.codePointCount(0, text.length())));
    return Printable.line(text.substring(0, end));
  }

  /// Such as `HTTP/1.1 403 Forbidden (12 times), Connection reset (once)`.
  @Override
  public String toString() {
    StringJoiner all = new StringJoiner(", ");
    counts.forEach(
        (reason, times) -> all.add(reason + (times == 1 ? " (once)" : " (" + times + " times)")));
    return all.toString();
  }
}
