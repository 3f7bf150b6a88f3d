package dev.tertulia.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The page of the documentation that describes all settings.
public final class ConfigReference {
  private static final String TEMPLATE = "configuration.md";
  private static final String PLACEHOLDER = "{settings}\n";

  private ConfigReference() {}

  /// The page, in Markdown.
  public static String markdown() {
    String table =
        Arrays.stream(Setting.values()).map(ConfigReference::row).collect(Collectors.joining());
    return template()
        .replace(
            PLACEHOLDER,
            "| setting | in the environment | option | default | reload | meaning |\n"
                + "| --- | --- | --- | --- | --- | --- |\n"
                + table);
  }

  private static String row(Setting setting) {
    String option = setting.option();
    return "| `%s` | `%s` | %s | %s | %s | %s |\n"
        .formatted(
            setting.key(),
            setting.environmentName(),
            option == null ? "" : "`" + option + "`",
            setting.byDefault().isEmpty() ? "none" : "`" + setting.byDefault() + "`",
            setting.isReloaded() ? "yes" : "",
            setting.meaning());
  }

  private static String template() {
    try (InputStream in = ConfigReference.class.getClassLoader().getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException(TEMPLATE + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
