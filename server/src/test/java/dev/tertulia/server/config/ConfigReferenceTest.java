package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// With `-Dconfiguration.write=true`, writes the page instead of comparing it.
final class ConfigReferenceTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  @Test
  void thePageInTheDocumentationIsCurrent() throws IOException {
    if (Boolean.getBoolean("configuration.write")) {
      Files.writeString(PAGE, ConfigReference.markdown());
    }
    assertThat(Files.readString(PAGE))
        .as("docs/configuration.md; './tertulia config reference' prints what it should be")
        .isEqualTo(ConfigReference.markdown());
  }

  @Test
  void everySettingIsARowOfItsTable() {
    for (Setting setting : Setting.values()) {
      assertThat(ConfigReference.markdown().lines())
          .as(setting.key())
          .anyMatch(row ->
              row.startsWith("| `" + setting.key() + "` | `" + setting.environmentName() + "` |")
                  && row.contains(setting.byDefault())
                  && row.endsWith("| " + setting.meaning() + " |"));
    }
  }
}
