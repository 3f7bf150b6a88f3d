package dev.tertulia.client.cli;

import dev.tertulia.client.load.CannotRunException;
import dev.tertulia.client.load.Crowd;
import dev.tertulia.client.load.Dialogue;
import dev.tertulia.client.load.Expect;
import dev.tertulia.client.load.LoadPlan;
import dev.tertulia.client.load.LoadProgress;
import dev.tertulia.client.load.LoadReport;
import dev.tertulia.client.load.LoadRun;
import dev.tertulia.client.load.Pace;
import dev.tertulia.client.load.Target;
import dev.tertulia.client.load.Template;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tertulia bench`: puts load on a WebSocket server, and reports latencies, losses and costs.
@Command(
    name = "bench",
    description = {
      "Opens many WebSockets, sends messages on a schedule, and reports how long they took to"
          + " arrive, how many were lost and what that cost the server. It measures a Tertulia"
          + " server without further options, and any other WebSocket server with a suitable"
          + " --message.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "In texts, # is the number of the connection (0, 1, …), and in --message @ is the marker that"
          + " identifies a message, anywhere in a received message. ## and @@ are the characters"
          + " themselves. Times are in seconds, or have a unit, such as 500ms and 2m.",
      "",
      "Latency counts from when a message was due, not from when it was sent, so it includes stalls"
          + " of the server. docs/benchmarking.md explains the figures and how to compare servers.",
      "",
      "Examples",
      "  This server, at its default address; each connection may send 100 messages a second:",
      "    ./tertulia serve",
      "    ./tertulia bench",
      "    ./tertulia bench --connections 1000 --senders 50 --rate 50 --time 30",
      "  The memory of 5,000 idle connections:",
      "    ./tertulia bench --connections 5000 --rate 0 --time 1",
      "  Maximum throughput (start the server with TERTULIA_LIMITS_MESSAGES_PER_SECOND=0):",
      "    ./tertulia bench --senders 4 --window 32",
      "  Two nodes of a cluster; of the deliveries, half cross from one to the other:",
      "    ./tertulia bench --url ws://127.0.0.1:8001/ws/c# --url ws://127.0.0.1:8002/ws/c#",
      "  A server that only sends each message back to its sender:",
      "    ./tertulia bench --url ws://127.0.0.1:9001/ --message @ --expect sender --senders 100",
      "  Socket.IO, with a server that passes a 'chat' event on to all clients:",
      "    ./tertulia bench --url 'ws://127.0.0.1:3000/socket.io/?EIO=4&transport=websocket' \\",
      "      --hello 40 --ready '40{' --answer 2=3 --message '42[\"chat\",\"@\"]'",
      "  Centrifugo, with clients that may publish to the channel 'bench':",
      "    ./tertulia bench --url ws://127.0.0.1:8000/connection/websocket --answer '{}={}' \\",
      "      --hello '{\"id\":1,\"connect\":{}}' \\",
      "      --hello '{\"id\":2,\"subscribe\":{\"channel\":\"bench\"}}' --ready '\"id\":2' \\",
      "      --message '{\"id\":3,\"publish\":{\"channel\":\"bench\",\"data\":\"@\"}}'",
      "  Phoenix, with a channel that broadcasts 'new_msg':",
      "    ./tertulia bench --url 'ws://127.0.0.1:4000/socket/websocket?vsn=2.0.0' \\",
      "      --hello '[\"1\",\"1\",\"room:lobby\",\"phx_join\",{}]' --ready phx_reply \\",
      "      --message '[\"1\",\"2\",\"room:lobby\",\"new_msg\",{\"body\":\"@\"}]'",
      "",
      "Exit codes: 0 all messages arrived; 1 messages were lost, or connections refused or closed;"
          + " 2 the command cannot be run as given (the message says what to do)."
    })
final class BenchCommand implements Callable<Integer> {
  private static final int LOSSES = 1;

  @SuppressWarnings("NullAway.Init") // picocli sets it.
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Server address (ws://127.0.0.1:8000/ws/c#). Only ws://. May be repeated for the nodes of"
              + " a cluster, to which connections are opened in turn.")
  private List<String> urls = List.of("ws://127.0.0.1:8000/ws/c#");

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Number of connections (${DEFAULT-VALUE}).")
  private int connections = 100;

  @Option(
      names = "--senders",
      paramLabel = "N",
      description =
          "Number of connections that send, in turn: the first ones (10, or all if fewer).")
  private @Nullable Integer senders;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Messages a second from all senders together (500); 0 for none.")
  private @Nullable Double rate;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "Instead of --rate: each sender keeps N messages in flight, and sends the next when one"
              + " comes back.")
  private @Nullable Integer window;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Time of sending before the measurement (2).")
  private Duration warmUp = Duration.ofSeconds(2);

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Time of the measurement (10).")
  private Duration time = Duration.ofSeconds(10);

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description =
          "Time after the end in which messages may still arrive before they count as lost (3).")
  private Duration drain = Duration.ofSeconds(3);

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Idle time after all connections are ready, before memory is read (1).")
  private Duration settle = Duration.ofSeconds(1);

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      description = "The text that senders send (${DEFAULT-VALUE}).")
  private String message = "{\"type\":\"chat\",\"sender\":\"c#\",\"message\":\"@\"}";

  @Option(
      names = "--pad",
      paramLabel = "BYTES",
      description = "Number of additional bytes after each marker (${DEFAULT-VALUE}).")
  private int pad = 0;

  @Option(
      names = "--expect",
      paramLabel = "WHO",
      description =
          "Who receives a message: all, others (all except its sender) or sender (an echo). (all)")
  private Expect expect = Expect.ALL;

  @Option(
      names = "--hello",
      paramLabel = "TEXT",
      description = "Sent after the handshake. May be repeated.")
  private List<String> hello = List.of();

  @Option(
      names = "--ready",
      paramLabel = "TEXT",
      description = "A connection is ready once a message that contains this text has arrived.")
  private String ready = "";

  @Option(
      names = "--answer",
      paramLabel = "TEXT=REPLY",
      description =
          "If a message, or a line of one, is TEXT, REPLY is sent back: for pings of the"
              + " application. May be repeated.")
  private List<String> answers = List.of();

  @Option(
      names = "--subprotocol",
      paramLabel = "NAME",
      description = "Offered in the handshake; several separated by commas.")
  private @Nullable String subprotocol;

  @Option(names = "--origin", paramLabel = "ORIGIN", description = "Sent in the handshake.")
  private @Nullable String origin;

  @Option(
      names = "--header",
      paramLabel = "NAME:VALUE",
      description = "An additional header field of the handshake. May be repeated.")
  private List<String> headers = List.of();

  @Option(
      names = "--connect-rate",
      paramLabel = "N",
      description = "Connections started a second; 0 for as fast as the server accepts them (0).")
  private double connectRate = 0;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Maximum time until a connection is ready (10).")
  private Duration connectTimeout = Duration.ofSeconds(10);

  @Option(
      names = "--slow-readers",
      paramLabel = "N",
      description =
          "Number of connections, the last ones, that stop reading once they are ready (0).")
  private int slowReaders = 0;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the generator (${DEFAULT-VALUE}).")
  private int threads = 1;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "A process of the server on this machine, whose CPU time and memory are reported. May be"
              + " repeated. (on loopback, the process that listens on the port)")
  private List<Long> pids = List.of();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write the result to this file as one JSON object; - for standard output, instead of the"
              + " table.")
  private @Nullable String json;

  @Option(names = "--quiet", description = "No progress and no table.")
  private boolean quiet;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Print this help.")
  private boolean help;

  @Override
  public Integer call() throws InterruptedException {
    LoadPlan plan = plan();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    requireWritable();
    LoadReport report;
    try (ProgressLine line = new ProgressLine(err, ProgressLine.isTerminal(), plan.crowd())) {
      LoadProgress progress = quiet ? _ -> {} : line;
      report = new LoadRun(plan, progress).run();
    }
    if (json != null) {
      write(json, ReportJson.of(report), out);
    }
    if (!quiet && !"-".equals(json)) {
      out.print(ReportTable.of(report));
      out.flush();
    }
    return report.isFlawless() ? 0 : LOSSES;
  }

  private LoadPlan plan() {
    if (rate != null && window != null && window != 0) {
      throw new CannotRunException("--window and --rate exclude each other: give only one of them");
    }
    List<String> fields = new ArrayList<>();
    if (subprotocol != null) {
      fields.add("Sec-WebSocket-Protocol: " + subprotocol);
    }
    if (origin != null) {
      fields.add("Origin: " + origin);
    }
    fields.addAll(headers);
    int sending = senders == null ? Math.clamp(connections - slowReaders, 1, 10) : senders;
    return new LoadPlan(
        urls.stream().map(url -> Target.of(url, fields)).toList(),
        new Crowd(connections, slowReaders, connectRate, connectTimeout, threads),
        new Dialogue(
            hello.stream().map(Template::of).toList(),
            ready,
            answers.stream().map(Dialogue.Answer::of).toList(),
            Template.ofMessage(message),
            pad,
            expect),
        new Pace(
            sending,
            rate == null ? 500 : rate,
            window == null ? 0 : window,
            settle,
            warmUp,
            time,
            drain),
        pids);
  }

  /// Fails before the run, not after it.
  private void requireWritable() {
    if (json == null || json.equals("-")) {
      return;
    }
    Path file = Path.of(json);
    Path folder = file.toAbsolutePath().getParent();
    boolean writable =
        Files.exists(file)
            ? Files.isWritable(file) && !Files.isDirectory(file)
            : folder != null && Files.isWritable(folder);
    if (!writable) {
      throw new CannotRunException("--json: cannot write '%s'".formatted(json));
    }
  }

  private static void write(String file, String text, PrintWriter out) {
    if (file.equals("-")) {
      out.println(text);
      out.flush();
      return;
    }
    try {
      Files.writeString(Path.of(file), text + "\n");
    } catch (IOException e) {
      throw new CannotRunException("--json: cannot write '%s': %s".formatted(file, e));
    }
  }
}
