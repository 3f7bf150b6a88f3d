package dev.tertulia.server.cli;

import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `tertulia import`: adds an export to a data folder.
@Command(
    name = "import",
    description = {
      "Adds an export of './tertulia export' to a data folder: all of it, or nothing if a line is"
          + " invalid or contradicts the folder. Entries keep their positions; what the folder has"
          + " already stays as it is, so importing twice has the same effect as importing once.",
      "A server that uses the folder does the import. It checks all lines first, then stores them"
          + " in small steps; the rooms that change take nothing else meanwhile, and clients in"
          + " them are told to start over. The server reads the file itself. If this command is"
          + " stopped before all lines are checked, nothing is imported.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 a line is invalid or conflicts (standard error says which), 2 wrong"
          + " usage, or the files can't be used.",
      "",
      "Examples",
      "  ./tertulia import all.jsonl",
      "  gunzip -c all.jsonl.gz | ./tertulia import --data new-data",
      ""
    })
final class ImportCommand extends DataCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "File to read; - is standard input (-).")
  private @Nullable String from;

  ImportCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) throws IOException {
    Path file = file(from);
    ImportReport report =
        file == null
            ? operations().importLines(folder, streams().in(), progress)
            : operations().importLines(folder, file, progress);
    say(
        "%s topics: added %s entries, %s already existed%s%s",
        report.topics(),
        report.added(),
        report.present(),
        report.deleted() > 0
            ? " (%s of them deleted on one side, and so deleted here now)"
                .formatted(report.deleted())
            : "",
        report.older() > 0
            ? ", %s are older than the folder's retention".formatted(report.older())
            : "");
    return DONE;
  }
}
