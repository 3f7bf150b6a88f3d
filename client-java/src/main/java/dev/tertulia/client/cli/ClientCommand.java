package dev.tertulia.client.cli;

import dev.tertulia.client.load.CannotRunException;
import dev.tertulia.client.load.Printable;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `tertulia`, the parent of all commands; those of the client.
@Command(
    name = "tertulia",
    description = "Commands that use a Tertulia server.",
    mixinStandardHelpOptions = true,
    versionProvider = ClientVersion.class,
    synopsisSubcommandLabel = "COMMAND")
public final class ClientCommand {
  private static final int UNUSABLE = 2;

  private ClientCommand() {}

  /// Runs what `arguments` ask for.
  ///
  /// @return the exit code: that of the command, or 2 with one line on standard error if it can't
  ///   be done as asked
  public static int run(String[] arguments) {
    return run(
        arguments,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /// The same, with other places to print to.
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(new ClientCommand());
    line.addSubcommand(new BenchCommand());
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, _) ->
        fail(
            e.getCommandLine().getErr(),
            e.getMessage() + "; see ./tertulia " + name(e.getCommandLine()) + "--help"));
    line.setExecutionExceptionHandler((e, command, _) -> {
      if (e instanceof CannotRunException) {
        return fail(command.getErr(), String.valueOf(e.getMessage()));
      }
      throw e;
    });
    if (arguments.length == 0) {
      return fail(line.getErr(), "no command given; see ./tertulia --help");
    }
    return line.execute(arguments);
  }

  private static String name(CommandLine command) {
    return command.getParent() == null ? "" : command.getCommandName() + " ";
  }

  private static int fail(PrintWriter err, String why) {
    err.println("tertulia: " + Printable.line(why.replaceAll("\\s*\\R\\s*", " ")));
    return UNUSABLE;
  }
}
