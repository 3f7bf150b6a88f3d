package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia drain`: has a running server drain and end.
@Command(
    name = "drain",
    description = {
      "Ends the running server as SIGTERM does, and shows how far it is: /health/ready fails at"
          + " once; everyone is still served for drain.grace; then the connections are closed over"
          + " drain.period, and their clients are told when to come back. Nothing that was"
          + " acknowledged is lost. The process exits with code 0.",
      "",
      "Waits until all connections are closed. The server ends also if this command is stopped.",
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
      "  ./tertulia drain",
      "  ./tertulia drain --url https://chat.example.org",
      ""
    })
final class DrainCommand extends ApiCommand {
  DrainCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    ApiClient.Opened opened = server.postForLines("/api/v1/admin/drain");
    InputStream body = opened.events();
    if (body == null) {
      return refused(opened.answer());
    }
    String shown = "";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = wantsJson() ? Printable.json(line) : text(JsonValue.parse(line));
        if (!text.equals(shown)) {
          print(text);
          shown = text;
        }
      }
    } catch (IOException e) {
      // The server has ended before the last line was read.
    }
    return DONE;
  }

  private static String text(JsonValue line) {
    if (line.text("type").equals("drained")) {
      return "drained: %s connections were closed; the server ends".formatted(line.number("total"));
    }
    return switch (line.text("what")) {
      case "grace" ->
          "not ready any more; %s connections are still served".formatted(line.number("total"));
      case "closing" ->
          "%s of %s connections are closed".formatted(line.number("done"), line.number("total"));
      default -> "";
    };
  }
}
