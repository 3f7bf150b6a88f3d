package dev.tertulia.server.cli;

import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.RestoreReport;
import dev.tertulia.server.storage.Progress;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tertulia restore`: replaces the database with a backup.
@Command(
    name = "restore",
    description = {
      "Replaces the database with a backup, after verifying the backup. No server may use the"
          + " folder meanwhile. Clients that had seen more than the backup holds are told so when"
          + " they reconnect; other clients notice nothing.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 the backup is damaged, 2 wrong usage, or the files can't be used."
          + " Unless it is 0,",
      "nothing was changed.",
      "",
      "Examples",
      "  ./tertulia restore --from backups/2026-11-23.sqlite --replace",
      "  ./tertulia restore --from backups/2026-11-23.sqlite --data look && ./tertulia export"
          + " --data look",
      ""
    })
final class RestoreCommand extends DataCommand {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "Backup file, made by './tertulia backup'.")
  private Path from = Path.of("");

  @Option(
      names = "--replace",
      description = "Move an existing database aside, into a folder next to it.")
  private boolean replace;

  RestoreCommand(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) {
    RestoreReport report = operations().restore(folder, from, replace, progress);
    say(
        "restored %s topics with %s entries to %s%s",
        report.topics(),
        report.entries(),
        folder,
        report.aside() == null
            ? ""
            : "; the previous database is now in %s and may be deleted".formatted(report.aside()));
    return DONE;
  }
}
