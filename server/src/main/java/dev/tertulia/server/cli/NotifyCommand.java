package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `tertulia notify`: notifies clients, whether they are connected or not.
@Command(
    name = "notify",
    description = {
      "Notifies clients: at once on their connections, and in their inboxes for when they next"
          + " connect.",
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
      "  make || ./tertulia notify ana \"the build is broken\"",
      "  ./tertulia notify ana bob carla \"lunch is ready\" --urgency high",
      "  df -h | ./tertulia notify ana -                        reads the text from standard input",
      ""
    })
final class NotifyCommand extends ApiCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "CLIENT… TEXT",
      description =
          "Up to 1,000 clients to notify, and the text. TEXT - reads standard input; with one"
              + " CLIENT, TEXT may be omitted to do the same.")
  private List<String> words = List.of();

  @Mixin private NoticeOptions notice = new NoticeOptions();

  NotifyCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    List<String> to = words.size() == 1 ? words : words.subList(0, words.size() - 1);
    String text = text(words.size() == 1 ? null : words.getLast());
    Map<String, @Nullable Object> fields = new HashMap<>(notice.fields());
    fields.put("message", text);
    fields.put("to", new ArrayList<>(to));
    return show(
        server.post("/api/v1/notifications", fields), sent -> ids(sent.objects("notifications")));
  }

  /// The ids of the notifications, with which their delivery status can be queried.
  private static String ids(List<JsonValue> notifications) {
    return String.join(
        "\n", notifications.stream().map(one -> Printable.line(one.text("id"))).toList());
  }
}
