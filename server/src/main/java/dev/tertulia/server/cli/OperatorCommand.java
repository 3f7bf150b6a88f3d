package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.storage.DataFolderOperations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// The base of commands that ask the server that uses a data folder, as the operator on the
/// machine.
abstract class OperatorCommand extends FolderCommand {
  /// Exit code: the server refuses it.
  static final int REFUSED = 1;

  /// Exit code: no server answers.
  static final int UNREACHABLE = 3;

  OperatorCommand(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  /// Reports why the server refused the request.
  final int refused(Answer answer) {
    say("tertulia: refused (status %s): %s", answer.status(), answer.json().text("detail"));
    return REFUSED;
  }

  /// Reports that no server answers.
  final int unreachable(Path folder) {
    say(
        "tertulia: no server answers that uses the data folder %s: start it, or choose another"
            + " folder with --data",
        folder);
    return UNREACHABLE;
  }

  /// Prints a line to standard output.
  final void print(String text) throws IOException {
    streams().out().write((text + "\n").getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
  }
}
