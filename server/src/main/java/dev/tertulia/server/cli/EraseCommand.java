package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Erasure;
import dev.tertulia.server.storage.DataFolderOperations.ErasureCounts;
import dev.tertulia.server.storage.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia erase`: erases a client from a data folder.
@Command(
    name = "erase",
    description = {
      "Erases a client from the data folder: its messages and their edits, the notifications that"
          + " it sent, its inbox, its reactions, its read marks, its memberships, and its id. Its"
          + " messages become deleted messages of the client ~erased, so that all positions stay"
          + " valid. Then the database file is cleaned, so that no trace stays in it. A server"
          + " that uses the folder does the work itself and keeps serving other clients; it"
          + " continues even if this command is stopped.",
      "",
      "What other clients wrote stays, even if it names the client. Backups and exports stay too.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "The command lists what it would erase and asks for confirmation. It can't be undone.",
      "Exit codes: 0 success, 1 nothing is stored about that client, 2 wrong usage, or the folder"
          + " can't be used.",
      "",
      "Examples",
      "  ./tertulia erase ana",
      "  ./tertulia erase ana --yes                 without asking, for scripts",
      ""
    })
final class EraseCommand extends DataCommand {
  @Parameters(paramLabel = "CLIENT", description = "Id of the client.")
  private String client = "";

  @Option(names = "--yes", description = "Don't ask for confirmation.")
  private boolean yes;

  EraseCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  int work(Path folder, Progress progress) throws IOException {
    try (Erasure erasure = operations().erasure(folder, client, progress)) {
      ErasureCounts counts = erasure.counts();
      List<String> rooms = erasure.roomsNamedAfter();
      List<Path> copies = erasure.putAside();
      if (!counts.isNothing()) {
        say("%s: %s", client, words(counts));
        confirm();
      } else if (erasure.isServed()) {
        say("%s: nothing is stored. The server can still clean the files of its database", client);
        confirm();
      }
      // Even if nothing is stored: an earlier erasure may have left traces in the files.
      erasure.carryOut(progress);
      say(counts.isNothing() ? "nothing is stored about %s" : "erased %s", client);
      if (!rooms.isEmpty()) {
        say("rooms that keep the id in their name: %s", String.join(", ", rooms));
      }
      for (Path copy : copies) {
        say("%s still holds the data from before the restore: delete it", copy);
      }
      return counts.isNothing() ? UNSOUND : DONE;
    }
  }

  private static String words(ErasureCounts counts) {
    return "%s messages, edits and deletions, %s notifications sent and %s received, %s reactions, %s remembered requests, %s memberships, and the state of %s devices"
        .formatted(
            counts.messages(),
            counts.notifications(),
            counts.received(),
            counts.reactions(),
            counts.requests(),
            counts.rooms(),
            counts.devices());
  }

  private void confirm() throws IOException {
    if (yes) {
      return;
    }
    say("This can't be undone. Type the client's id to confirm:");
    String answer =
        new BufferedReader(new InputStreamReader(streams().in(), StandardCharsets.UTF_8))
            .readLine();
    if (answer == null || !answer.strip().equals(client)) {
      throw new ConfigException("nothing was erased: type the id to confirm, or add --yes");
    }
  }
}
