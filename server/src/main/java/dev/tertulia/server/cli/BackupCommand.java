package dev.tertulia.server.cli;

import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.BackupReport;
import dev.tertulia.server.storage.Progress;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tertulia backup`: copies the database to a file.
@Command(
    name = "backup",
    description = {
      "Copies the database to one file. A server may be running. The copy is consistent, and is"
          + " verified before it gets its final name: a file with that name is a good backup.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 the database is damaged (no backup was made), 2 wrong usage, or the"
          + " files can't be used.",
      "",
      "Examples",
      "  ./tertulia backup --to backups/$(date +%%F).sqlite     every night, from cron",
      "  ./tertulia restore --from backups/2026-11-23.sqlite --replace",
      ""
    })
final class BackupCommand extends DataCommand {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "File to write; it must not exist yet.")
  private Path to = Path.of("");

  BackupCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) {
    BackupReport report = operations().backup(folder, to, progress);
    say(
        "backup written to %s and verified: %s topics with %s entries, %s bytes",
        to, report.topics(), report.entries(), report.bytes());
    return DONE;
  }
}
