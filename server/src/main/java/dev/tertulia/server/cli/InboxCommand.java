package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia inbox`: lists the notifications of a client and their delivery status.
@Command(
    name = "inbox",
    description = {
      "Lists the notifications of a client, newest first, with the delivery status of each.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      ApiCommand.EXIT_CODES,
      "",
      "Examples",
      "  ./tertulia inbox ana",
      "  ./tertulia inbox ana --json | jq '.notifications[] | select(.state == \"waiting\")'",
      ""
    })
final class InboxCommand extends ApiCommand {
  @Parameters(paramLabel = "CLIENT", description = "Client whose inbox to list.")
  private String client = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Maximum number to list, 1 to 200 (20).",
      defaultValue = "20")
  private int limit = 20;

  @Option(
      names = "--before",
      paramLabel = "ID",
      description = "List only notifications older than the one with this id.")
  private @Nullable String before;

  InboxCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    String path =
        "/api/v1/clients/%s/notifications?limit=%s%s"
            .formatted(
                ApiClient.encoded(client),
                limit,
                before == null ? "" : "&before=" + ApiClient.encoded(before));
    return show(server.get(path), InboxCommand::list);
  }

  private static String list(JsonValue inbox) {
    List<String> lines =
        inbox.objects("notifications").stream()
            .map(one ->
                "%s  %s  %s: %s\n    %s"
                    .formatted(
                        Instant.ofEpochMilli(one.number("time")),
                        Printable.line(one.text("id")),
                        Printable.line(one.text("from")),
                        Printable.line(one.text("message")),
                        Printable.line(one.text("explanation"))))
            .toList();
    return lines.isEmpty() ? "nothing" : String.join("\n", lines);
  }
}
