package dev.tertulia.server.cli;

import dev.tertulia.server.storage.Check;
import dev.tertulia.server.storage.Progress;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia check`: whether a data folder is sound.
@Command(
    name = "check",
    description = {
      "Reads the data folder through and says whether it is sound: the database's pages, "
          + "every row with its checksum, that no entry is missing between others, and that the "
          + "log has its end. It changes nothing, and a server may run meanwhile.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 sound, 1 not (each line says what is wrong and what to do), 2 it can't be done like this.",
      "",
      "Examples",
      "  ./tertulia check",
      "  ./tertulia check --data /srv/tertulia --progress",
      ""
    })
final class CheckCommand extends DataCommand {
  CheckCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(Path folder, Progress progress) {
    Check.Report report = Check.of(folder, progress);
    for (Check.Finding finding : report.findings()) {
      say("%s: %s; %s", finding.place(), finding.what(), finding.remedy());
    }
    if (report.findings().isEmpty()) {
      say("%s is sound: %s topics with %s entries", folder, report.topics(), report.entries());
      return DONE;
    }
    say("%s is not sound: %s findings", folder, report.findings().size());
    return UNSOUND;
  }
}
