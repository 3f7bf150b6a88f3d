package dev.tertulia.server.config;

import java.nio.charset.StandardCharsets;

/// What the fuzzer calls: any text is a configuration, or a list of problems, each of which says
/// what it is about.
public final class ConfigTarget {
  private ConfigTarget() {}

  /// Called by name, again and again.
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    ConfigDocument document = ConfigDocument.read(text, "fuzzed.yaml");
    try {
      Config.from(new Settings().with(document));
      if (!document.problems().isEmpty()) {
        throw new AssertionError("problems were forgotten: " + document.problems());
      }
    } catch (ConfigException e) {
      if (e.problems().isEmpty() || e.problems().stream().anyMatch(String::isBlank)) {
        throw new AssertionError("a problem that says nothing", e);
      }
    }
  }
}
