package dev.tertulia.server.cli;

import dev.tertulia.server.storage.Import;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `tertulia import`: adds what `export` wrote.
@Command(
    name = "import",
    description = {
      "Adds what './tertulia export' wrote to a data folder: all of it, or nothing if a line "
          + "is bad or says another thing than the folder. Entries keep their positions; what is "
          + "there already is left as it is, so importing twice is importing once.",
      "A server that runs on the folder does it: what is published waits meanwhile, and whoever is "
          + "in a room that is changed is told to begin anew. It reads the file itself, and goes on "
          + "though this command is ended.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 a line is bad or conflicts (it is named), 2 it can't be done like this.",
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
      description = "File to read; - for standard input (-).")
  private @Nullable String from;

  ImportCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(Path folder, Progress progress) throws IOException {
    Path file = file(from);
    Import.Report report =
        file == null
            ? Import.into(folder, streams().in(), progress)
            : Import.into(folder, file, progress);
    say(
        "%s topics: %s entries were added, %s were there already%s%s",
        report.topics(),
        report.added(),
        report.present(),
        report.deleted() > 0
            ? " (%s of them deleted, here or there, and so in the folder now)"
                .formatted(report.deleted())
            : "",
        report.older() > 0
            ? ", %s are older than what the folder keeps".formatted(report.older())
            : "");
    return DONE;
  }
}
