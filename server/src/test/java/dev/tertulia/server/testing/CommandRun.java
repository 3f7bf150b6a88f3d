package dev.tertulia.server.testing;

import dev.tertulia.server.cli.OperatorClient;
import dev.tertulia.server.cli.Streams;
import dev.tertulia.server.cli.TertuliaProgram;
import dev.tertulia.server.storage.admin.FolderOperations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The result of a command that ran in this process, with its own streams.
public record CommandRun(int exit, String out, String err) {
  /// Runs a command to its end; `serve` is none of those.
  ///
  /// @param environment all that it sees of one
  /// @param in what it may read
  /// @param terminal whether its standard error is one
  public static CommandRun of(
      Map<String, String> environment, String in, boolean terminal, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal);
    int exit =
        TertuliaProgram.run(
            arguments,
            environment,
            (config, page) -> {
              throw new IllegalStateException("no server");
            },
            new FolderOperations(new OperatorClient()),
            streams);
    return new CommandRun(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
