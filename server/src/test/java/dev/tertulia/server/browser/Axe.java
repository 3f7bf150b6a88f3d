package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The barriers that axe-core finds in the page of a tab, in its light and its dark theme.
final class Axe {
  /// All its rules, also those of good practice, and the one for the size of targets; or those with
  /// a tag, which would bring in the rule of level AAA for contrast.
  private static final String RUN =
      """
      const rules = { 'target-size': { enabled: true }, 'color-contrast-enhanced': { enabled: false } };
      const options = { rules, resultTypes: ['violations'] };
      if (arguments[1]) options.runOnly = arguments[1];
      return axe.run(arguments[0], options)
        .then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target} ${failureSummary}`)));
      """;

  /// The tag of the rules about colours, by which alone the themes differ.
  private static final String COLOURS = "cat.color";

  private final Tab tab;

  private Axe(Tab tab) {
    this.tab = tab;
  }

  /// Brings it into the page, for as long as that is not loaded again.
  static Axe in(Tab tab) {
    try (@Nullable InputStream script = Axe.class.getResourceAsStream("/axe.min.js")) {
      byte[] source = requireNonNull(script, "axe.min.js").readAllBytes();
      tab.perform(new String(source, StandardCharsets.UTF_8));
      return new Axe(tab);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What it finds in a part of the page, once nothing moves there any more: by all rules in the
  /// light theme, and by those about colours in the dark one.
  ///
  /// @param part a CSS selector
  List<String> findings(String part) {
    tab.prefer("light");
    List<String> found = new ArrayList<>(findings(part, ""));
    tab.prefer("dark");
    findings(part, COLOURS).forEach(finding -> found.add("dark: " + finding));
    return found;
  }

  private List<String> findings(String part, String tag) {
    eventually(() ->
        assertThat(tab.run("return document.getAnimations().length"))
            .as("what still moves")
            .isEqualTo(0L));
    return ((List<?>) tab.run(RUN, part, tag)).stream().map(String::valueOf).toList();
  }
}
