package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The barriers that axe-core finds in the page of a tab.
final class Axe {
  /// All its rules, also those of good practice, and the one for the size of targets.
  private static final String RUN =
      """
      return axe.run(arguments[0], { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] })
        .then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target} ${failureSummary}`)));
      """;

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

  /// What it finds in a part of the page, once nothing moves there any more.
  ///
  /// @param part a CSS selector
  List<String> findings(String part) {
    eventually(() ->
        assertThat(tab.run("return document.getAnimations().length"))
            .as("what still moves")
            .isEqualTo(0L));
    return ((List<?>) tab.run(RUN, part)).stream().map(String::valueOf).toList();
  }
}
