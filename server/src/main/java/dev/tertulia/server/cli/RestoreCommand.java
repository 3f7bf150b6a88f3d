package dev.tertulia.server.cli;

import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Restore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tertulia restore`: a backup becomes the database.
@Command(
    name = "restore",
    description = {
      "Puts a backup in the place of the database, once it has been read through. No server "
          + "may run on the folder. Clients that had seen more than the backup holds are told so "
          + "when they come back, and nobody else is.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 the backup is damaged, 2 it can't be done like this. Unless it is 0,",
      "nothing was changed.",
      "",
      "Examples",
      "  ./tertulia restore --from backups/2026-11-23.sqlite --replace",
      "  ./tertulia restore --from backups/2026-11-23.sqlite --data look && ./tertulia export --data look",
      ""
    })
final class RestoreCommand extends DataCommand {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "A file that './tertulia backup' made.")
  private Path from = Path.of("");

  @Option(
      names = "--replace",
      description = "Put a database that is there aside, into a folder of its own beside it.")
  private boolean replace;

  RestoreCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(Path folder, Progress progress) {
    Restore.Report report = Restore.into(folder, from, replace, InstantSource.system(), progress);
    say(
        "restored %s topics with %s entries to %s%s",
        report.topics(),
        report.entries(),
        folder,
        report.aside() == null
            ? ""
            : "; what was there is in %s, which you may delete".formatted(report.aside()));
    return DONE;
  }
}
