package dev.tertulia.server.cli;

import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Commands that describe the program itself. The build of the packages runs them.
final class PageCommands {
  private PageCommands() {}

  /// `tertulia manual`: prints the manual page.
  @Command(name = "manual", hidden = true)
  static final class Manual implements Runnable {
    private final Supplier<CommandLine> program;
    private final Streams streams;

    /// @param program with all its subcommands
    Manual(Supplier<CommandLine> program, Streams streams) {
      this.program = program;
      this.streams = streams;
    }

    @Override
    public void run() {
      streams.print(new ManualPage(program.get()).text());
    }
  }

  /// `tertulia completion SHELL`: prints what a shell needs to complete commands and options.
  @Command(name = "completion", hidden = true)
  static final class Completion implements Runnable {
    private final Supplier<CommandLine> program;
    private final Streams streams;

    @Parameters(paramLabel = "SHELL")
    private String shell = "";

    /// @param program with all its subcommands
    Completion(Supplier<CommandLine> program, Streams streams) {
      this.program = program;
      this.streams = streams;
    }

    @Override
    public void run() {
      streams.print(CompletionScript.named(shell).of(program.get()));
    }
  }
}
