package dev.tertulia.server.cli;

import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.CheckReport;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia check`: verifies a data folder.
@Command(
    name = "check",
    description = {
      "Verifies the whole data folder: the database pages, "
          + "the checksum of every row, that no entry is missing between others, and that the "
          + "end of the log is there. It changes nothing, and a server may be running.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 no damage, 1 damage found (each line says what is wrong and what to do), 2"
          + " wrong usage, or the folder can't be used.",
      "",
      "Examples",
      "  ./tertulia check",
      "  ./tertulia check --data /srv/tertulia --progress",
      ""
    })
final class CheckCommand extends DataCommand {
  CheckCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) {
    CheckReport report = operations().check(folder, progress);
    for (Finding finding : report.findings()) {
      say("%s: %s; %s", finding.place(), finding.what(), finding.remedy());
    }
    if (report.findings().isEmpty()) {
      say(
          "%s is intact: %s topics with %s entries",
          place(folder), report.topics(), report.entries());
      return DONE;
    }
    say("%s is damaged: %s problems found", place(folder), report.findings().size());
    return UNSOUND;
  }
}
