package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia tail`: prints the messages of a room as they arrive.
@Command(
    name = "tail",
    description = {
      "Prints the messages of a room until Ctrl-C: the latest ones first, then new ones as they"
          + " arrive. If the connection is lost, it reconnects and resumes where it stopped.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      ApiCommand.EXIT_CODES + " Once messages are being printed, only 0 and 1 are possible.",
      "",
      "Examples",
      "  ./tertulia tail lobby",
      "  ./tertulia tail lobby --lines 0 --json | jq -r .message",
      "  ./tertulia tail builds --lines 0 --count 1              waits for the next message",
      ""
    })
final class TailCommand extends ApiCommand {
  private static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(10);

  /// From this close code on, a client must not reconnect.
  private static final long STAY_AWAY = 4500;

  @Parameters(paramLabel = "ROOM", description = "Room to follow.")
  private String room = "";

  @Option(
      names = "--lines",
      paramLabel = "N",
      description = "Number of latest messages to print first, 0 to 50 (10).",
      defaultValue = "10")
  private int lines = 10;

  @Option(names = "--count", paramLabel = "N", description = "Exit after this many messages.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--client",
      paramLabel = "CLIENT",
      description = "Client id to connect as, for rooms that are not public.")
  private String client = "tail-" + ProcessHandle.current().pid();

  private String lastId = "";
  private boolean begun;

  TailCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    if (lines < 0 || lines > 50 || count < 1) {
      throw new BadUsageException("--lines must be 0 to 50, and --count at least 1");
    }
    String path =
        "/api/v1/stream?client=%s&rooms=%s"
            .formatted(ApiClient.encoded(client), ApiClient.encoded(room));
    long wait = FIRST_WAIT;
    while (true) {
      boolean hadBegun = begun;
      try {
        ApiClient.Opened opened = server.stream(path, lastId);
        if (opened.events() == null) {
          if (!hadBegun || !opened.answer().isForNow()) {
            return refused(opened.answer());
          }
        } else {
          wait = FIRST_WAIT;
          Integer exit = follow(opened.events());
          if (exit != null) {
            return exit;
          }
        }
      } catch (IOException e) {
        if (!begun) {
          throw e;
        }
      }
      say("tertulia: connection to the server lost; reconnecting");
      LockSupport.parkNanos(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  /// Reads events until the stream ends.
  ///
  /// @return the exit code if the command is finished; `null` if the connection was lost
  private @Nullable Integer follow(InputStream events) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
      String kind = "";
      String data = "";
      String id = "";
      String line = reader.readLine();
      while (line != null) {
        if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          kind = line.substring(7);
        } else if (line.isEmpty()) {
          Integer exit = data.isEmpty() ? null : take(kind, data);
          lastId = id.isEmpty() ? lastId : id;
          if (exit != null) {
            return exit;
          }
          kind = "";
          data = "";
          id = "";
        }
        line = reader.readLine();
      }
    }
    return null;
  }

  private @Nullable Integer take(String kind, String data) {
    JsonValue frame = JsonValue.parse(data);
    if (kind.equals("close")) {
      if (frame.number("code") < STAY_AWAY) {
        return null;
      }
      say("tertulia: the server closed the stream: %s".formatted(frame.text("reason")));
      return REFUSED;
    }
    return switch (frame.text("type")) {
      case "joined" -> joined(frame);
      case "chat" -> show(frame, data);
      case "error" -> {
        say("tertulia: refused (%s): %s".formatted(frame.text("code"), frame.text("message")));
        yield REFUSED;
      }
      default -> null;
    };
  }

  private @Nullable Integer joined(JsonValue frame) {
    List<JsonValue> messages =
        frame.objects("messages").stream()
            .filter(each -> each.text("type").equals("chat"))
            .toList();
    if (!begun) {
      messages = messages.subList(Math.max(0, messages.size() - lines), messages.size());
    } else if (!frame.truth("recovered")) {
      say("tertulia: some messages of the meantime may be missing");
    }
    begun = true;
    for (JsonValue message : messages) {
      Integer exit = show(message, message.toJson());
      if (exit != null) {
        return exit;
      }
    }
    return null;
  }

  private @Nullable Integer show(JsonValue message, String json) {
    if (!message.truth("system")) {
      print(wantsJson() ? Printable.json(json) : text(message));
      count--;
    }
    return count == 0 ? DONE : null;
  }

  private static String text(JsonValue message) {
    LocalTime time =
        LocalTime.ofInstant(
            Instant.ofEpochMilli(message.number("time")).truncatedTo(ChronoUnit.SECONDS),
            ZoneId.systemDefault());
    return String.format(
        Locale.ROOT,
        "%tT %s: %s",
        time,
        Printable.line(message.text("sender")),
        message.truth("deleted") ? "(deleted)" : Printable.line(message.text("message")));
  }
}
