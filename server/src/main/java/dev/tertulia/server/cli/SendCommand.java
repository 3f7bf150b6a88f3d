package dev.tertulia.server.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia send`: sends a message to a room.
@Command(
    name = "send",
    description = {"Sends a message to a room.", ""},
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      ApiCommand.EXIT_CODES,
      "",
      "Examples",
      "  ./tertulia send lobby \"the build is green\"",
      "  make 2>&1 | tail -n 5 | ./tertulia send builds --client ci --sender \"Build\"",
      "  ./tertulia send lobby --url https://chat.example.org --json < notes.txt",
      ""
    })
final class SendCommand extends ApiCommand {
  @Parameters(index = "0", paramLabel = "ROOM", description = "Room to send to.")
  private String room = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "Text to send; if omitted or -, it is read from standard input.")
  private @Nullable String text;

  @Option(
      names = "--client",
      paramLabel = "CLIENT",
      description = "Client id of the sender (your user name).")
  private String client = oneself();

  @Option(
      names = "--sender",
      paramLabel = "NAME",
      description = "Name to show beside the message (the client id).")
  private @Nullable String sender;

  SendCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    Map<String, @Nullable Object> fields = new HashMap<>();
    fields.put("client", client);
    fields.put("sender", sender);
    fields.put("message", text(text));
    ApiClient.Answer answer =
        server.post("/api/v1/rooms/" + ApiClient.encoded(room) + "/messages", fields);
    return show(answer, sent -> "");
  }
}
