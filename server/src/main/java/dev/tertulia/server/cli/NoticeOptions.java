package dev.tertulia.server.cli;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of a notification, besides its text.
final class NoticeOptions {
  @Option(
      names = "--from",
      paramLabel = "CLIENT",
      description = "Client id of the sender (your user name).")
  private String from = ApiCommand.oneself();

  @Option(names = "--title", paramLabel = "TEXT", description = "Title of the notification.")
  private @Nullable String title;

  @Option(
      names = "--category",
      paramLabel = "WORD",
      description = "Category, a word of your choice.")
  private @Nullable String category;

  @Option(names = "--urgency", paramLabel = "low|normal|high", description = "Urgency (normal).")
  private @Nullable String urgency;

  /// The fields of the request; an option that is not given is `null`.
  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new HashMap<>();
    fields.put("from", from);
    fields.put("title", title);
    fields.put("category", category);
    fields.put("urgency", urgency);
    return fields;
  }
}
