package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `tertulia broadcast`: sends a notification to every client.
@Command(
    name = "broadcast",
    description = {
      "Notifies every client: connected clients now, the others when they next connect.",
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
      "  ./tertulia broadcast \"maintenance at ten\"",
      "  ./tertulia broadcast --title News < news.txt",
      ""
    })
final class BroadcastCommand extends ApiCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description = "Text to send; if omitted or -, it is read from standard input.")
  private @Nullable String text;

  @Mixin private NoticeOptions notice = new NoticeOptions();

  BroadcastCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    Map<String, @Nullable Object> fields = new HashMap<>(notice.fields());
    fields.put("message", text(text));
    return show(server.post("/api/v1/broadcasts", fields), sent -> Printable.line(sent.text("id")));
  }
}
