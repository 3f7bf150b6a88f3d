package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `tertulia`, of which all else is a subcommand.
@Command(
    name = "tertulia",
    description = "A self-hosted real-time server: chat rooms, notifications and broadcasts.",
    mixinStandardHelpOptions = true,
    versionProvider = TertuliaVersion.class,
    synopsisSubcommandLabel = "COMMAND")
public final class TertuliaCommand {
  private static final int UNUSABLE = 2;

  private TertuliaCommand() {}

  /// Runs what `arguments` ask for.
  ///
  /// @return the exit code: 0, or 2 with one line on standard error if that can't be done as asked
  public static int run(String[] arguments, Map<String, String> environment, Servers servers) {
    CommandLine line = new CommandLine(new TertuliaCommand());
    line.addSubcommand(new ServeCommand(environment, servers));
    line.addSubcommand(new RehearseCommand(servers));
    line.setParameterExceptionHandler(
        (e, _) -> fail(e.getCommandLine().getErr(), String.valueOf(e.getMessage())));
    line.setExecutionExceptionHandler((e, command, _) -> {
      if (e instanceof ConfigException) {
        return fail(command.getErr(), String.valueOf(e.getMessage()));
      }
      throw e;
    });
    if (arguments.length == 0) {
      return fail(line.getErr(), "which command?");
    }
    return line.execute(arguments);
  }

  private static int fail(PrintWriter err, String why) {
    err.println("tertulia: " + why.replaceAll("\\s*\\R\\s*", " ") + "; see ./tertulia --help");
    return UNUSABLE;
  }
}
