package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.ExportReport;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tertulia export`: writes everything that is stored as lines of JSON.
@Command(
    name = "export",
    description = {
      "Writes everything that is stored as JSON Lines, with positions: one line for each topic,"
          + " entry, reaction, remembered request and participant. A server may be running; the"
          + " export is a consistent snapshot. The checksum of every row is verified. An entry that"
          + " can't be read is reported on standard error and exported as a deleted message.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 stored data is damaged (standard error says which), 2 wrong usage,"
          + " or the files can't be used.",
      "",
      "Examples",
      "  ./tertulia export --to all.jsonl",
      "  ./tertulia export | gzip > all.jsonl.gz",
      "  ./tertulia export | jq -r 'select(.kind == \"chat\").body.message'",
      "  ./tertulia export --skip-damaged --to saved.jsonl    everything that can still be read",
      ""
    })
final class ExportCommand extends DataCommand {
  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "File to write; it must not exist yet. - is standard output (-).")
  private @Nullable String to;

  @Option(
      names = "--skip-damaged",
      description = {
        "Report other damaged data too, and leave it out. A missing entry is replaced by a deleted"
            + " message of the client ~lost."
      })
  private boolean skipDamaged;

  ExportCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) throws IOException {
    Consumer<String> findings = finding -> say("skipped: %s", finding);
    Path file = file(to);
    ExportReport report;
    if (file == null) {
      report = operations().export(folder, streams().outForJson(), findings, skipDamaged, progress);
    } else {
      if (Files.exists(file)) {
        throw new ConfigException(
            "the file %s already exists: remove it, or choose another with --to".formatted(file));
      }
      report = toFile(folder, file, findings, skipDamaged, progress);
    }
    if (report.damaged() > 0) {
      say(
          "exported %s topics with %s entries; skipped %s damaged items",
          report.topics(), report.entries(), report.damaged());
      return UNSOUND;
    }
    say("exported %s topics with %s entries", report.topics(), report.entries());
    return DONE;
  }

  /// Writes to a temporary file and renames it at the end, so that a file with the final name is
  /// complete.
  private ExportReport toFile(
      Path folder, Path file, Consumer<String> findings, boolean skipDamaged, Progress progress)
      throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      ExportReport report;
      // A leftover of an export that was killed; its permissions are unknown.
      Files.deleteIfExists(part);
      try (OutputStream out =
          Channels.newOutputStream(
              PrivateFiles.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        report = operations().export(folder, out, findings, skipDamaged, progress);
      }
      Files.move(part, file);
      return report;
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
