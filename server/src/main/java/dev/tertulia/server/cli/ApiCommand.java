package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.logging.Printable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The base of all commands that send requests to a running server. The result goes to standard
/// output, everything else to standard error.
abstract class ApiCommand implements Callable<Integer> {
  static final int DONE = 0;

  /// Exit code: the server refused the request.
  static final int REFUSED = 1;

  /// Exit code: no server answered.
  static final int UNREACHABLE = 3;

  /// The exit codes, as `--help` shows them.
  static final String EXIT_CODES =
      "Exit codes: 0 success, 1 the server refused the request (standard error says why), 2 wrong"
          + " usage, 3 no server answered.";

  private static final String LOCAL = "http://127.0.0.1:8000";

  /// The argument that means standard input.
  private static final String STANDARD_INPUT = "-";

  private final Map<String, String> environment;
  private final Streams streams;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "URL of the server (that of the server on the data folder, or else "
              + LOCAL
              + "; or TERTULIA_URL).")
  private @Nullable String url;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Data folder of the server, in which its user finds the operator's key (./data, or"
              + " TERTULIA_DATA).")
  private @Nullable String data;

  @Option(names = "--json", description = "Print the server's response unchanged, as JSON.")
  private boolean json;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  ApiCommand(Map<String, String> environment, Streams streams) {
    this.environment = environment;
    this.streams = streams;
    url = environment.get(Setting.URL);
  }

  /// Performs the command.
  ///
  /// @return the exit code
  /// @throws BadUsageException if the arguments are wrong
  /// @throws IOException if the server does not answer
  abstract int work(ApiClient server) throws IOException;

  @Override
  public final Integer call() {
    LocalServer local = new LocalServer(environment, data);
    URI address = address(local);
    url = address.toString();
    try {
      return work(new ApiClient(address, () -> local.keyFor(address)));
    } catch (IOException e) {
      say(
          "tertulia: no answer from %s (%s): start a server with './tertulia serve', or name another one with --url"
              .formatted(url, reason(e)));
      return UNREACHABLE;
    }
  }

  private URI address(LocalServer local) {
    if (url == null) {
      URI here = local.address();
      return here == null ? URI.create(LOCAL) : here;
    }
    URI address;
    try {
      address = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    } catch (URISyntaxException e) {
      throw new BadUsageException("'" + url + "' is not a URL");
    }
    if (address.getHost() == null || !String.valueOf(address.getScheme()).matches("https?")) {
      throw new BadUsageException("'" + url + "' is not the URL of a server, such as " + LOCAL);
    }
    return address;
  }

  /// Prints a successful response, or reports why the request failed.
  ///
  /// @param text formats the response for output without `--json`
  final int show(ApiClient.Answer answer, Function<JsonValue, String> text) {
    JsonValue value = answer.json();
    if (!answer.isDone() || value.isEmpty()) {
      return refused(answer);
    }
    print(json ? Printable.json(answer.body()) : text.apply(value));
    return DONE;
  }

  /// Reports why the server refused the request.
  final int refused(ApiClient.Answer answer) {
    JsonValue problem = answer.json();
    String detail = problem.text("detail");
    if (detail.isEmpty()) {
      say(
          "tertulia: %s answered with status %s, but not like a Tertulia server: check --url"
              .formatted(url, answer.status()));
    } else {
      say("tertulia: refused (%s): %s".formatted(problem.text("code"), detail));
    }
    return REFUSED;
  }

  final boolean wantsJson() {
    return json;
  }

  /// Prints a line to standard output; nothing for an empty text. Text written by other people must
  /// have been passed through [Printable].
  final void print(String text) {
    if (!text.isEmpty()) {
      try {
        streams.out().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        streams.out().flush();
      } catch (IOException e) {
        throw new BadUsageException("cannot write to standard output: " + e.getMessage());
      }
    }
  }

  /// Prints a line to standard error.
  final void say(String text) {
    PrintStream err = streams.err();
    err.println(Printable.line(text.replaceAll("\\s*\\R\\s*", " ")));
  }

  /// The text to send: the argument, or all of standard input without the end of its last line.
  ///
  /// @param given `null` or `-` for standard input
  final String text(@Nullable String given) {
    if (given != null && !given.equals(STANDARD_INPUT)) {
      return given;
    }
    try {
      byte[] bytes = streams.in().readNBytes(ApiClient.MOST_TEXT_BYTES);
      String all =
          bytes.length < ApiClient.MOST_TEXT_BYTES
              ? StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()
              // The text is too long in any case, and may be cut off in the middle of a character.
              : new String(bytes, StandardCharsets.UTF_8);
      return all.endsWith("\r\n")
          ? all.substring(0, all.length() - 2)
          : all.endsWith("\n") ? all.substring(0, all.length() - 1) : all;
    } catch (CharacterCodingException e) {
      throw new BadUsageException("standard input is not valid UTF-8");
    } catch (IOException e) {
      throw new BadUsageException("cannot read standard input: " + e.getMessage());
    }
  }

  /// The default sender: the name of the user of this process, if it is a valid client id.
  static String oneself() {
    String user = System.getProperty("user.name", "");
    return user.matches("[A-Za-z0-9_:@=+|~-][A-Za-z0-9_.:@=+|~-]{0,127}") ? user : "cli";
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
