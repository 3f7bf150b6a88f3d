package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.storage.Erasure;
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

/// `tertulia erase`: a client leaves nothing behind.
@Command(
    name = "erase",
    description = {
      "Takes a client out of the data folder: its messages and their edits, the "
          + "notifications that it sent, its inbox, its reactions, what it has read, where it is a "
          + "member, and its id. Messages stay as deleted ones of the client ~erased, so that "
          + "nobody's position is lost. Afterwards the database is written anew, so that nothing "
          + "of it is in any file. A server that runs on the folder does it itself, and goes on "
          + "serving everybody else.",
      "",
      "What others wrote stays, also where they name the client; and so do backups and "
          + "exports.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "It says what there is, and asks before it does it. There is no way back.",
      "Exit codes: 0 done, 1 there is nothing of that client, 2 it can't be done like this.",
      "",
      "Examples",
      "  ./tertulia erase ana",
      "  ./tertulia erase ana --yes                 without asking, for scripts",
      ""
    })
final class EraseCommand extends DataCommand {
  @Parameters(paramLabel = "CLIENT", description = "The client's id.")
  private String client = "";

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  EraseCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(Path folder, Progress progress) throws IOException {
    try (Erasure erasure = Erasure.of(folder, client, progress)) {
      Erasure.Counts counts = erasure.counts();
      List<String> rooms = erasure.roomsNamedAfter();
      List<Path> copies = erasure.putAside();
      if (!counts.isNothing()) {
        say("%s: %s", client, words(counts));
        confirm();
      } else if (erasure.isServed()) {
        say(
            "%s: nothing. The server can write its database anew all the same; what is published waits for that",
            client);
        confirm();
      }
      // Also if there is nothing: what was erased before may not have left every file.
      erasure.carryOut(progress);
      say(counts.isNothing() ? "there is nothing of %s" : "%s is erased", client);
      if (!rooms.isEmpty()) {
        say("rooms that have the id in their names, and keep them: %s", String.join(", ", rooms));
      }
      for (Path copy : copies) {
        say("%s still holds what was before it was restored: delete it", copy);
      }
      return counts.isNothing() ? UNSOUND : DONE;
    }
  }

  private static String words(Erasure.Counts counts) {
    return "%s messages, edits and deletions, %s notifications sent and %s received, %s reactions, %s remembered requests, a place in %s rooms, and what is known of %s devices"
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
    say("This can't be undone. Type the client's id to do it:");
    String answer =
        new BufferedReader(new InputStreamReader(streams().in(), StandardCharsets.UTF_8))
            .readLine();
    if (answer == null || !answer.strip().equals(client)) {
      throw new ConfigException("nothing was erased: confirm with the id, or add --yes");
    }
  }
}
