package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.UnsoundException;
import java.io.IOException;
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
  private static final int UNSOUND = 1;
  private static final int UNUSABLE = 2;

  private TertuliaCommand() {}

  /// Runs what `arguments` ask for.
  ///
  /// @return the exit code: 0; 1 if what is stored or given is damaged, or there is nothing; 2 if
  ///   that can't be done as asked. Unless it is 0, a line on standard error says why
  public static int run(
      String[] arguments, Map<String, String> environment, Servers servers, Streams streams) {
    CommandLine line = new CommandLine(new TertuliaCommand());
    line.addSubcommand(new ServeCommand(environment, servers));
    line.addSubcommand(new RehearseCommand(servers));
    line.addSubcommand(new ExportCommand(environment, streams));
    line.addSubcommand(new ImportCommand(environment, streams));
    line.addSubcommand(new BackupCommand(environment, streams));
    line.addSubcommand(new RestoreCommand(environment, streams));
    line.addSubcommand(new CheckCommand(environment, streams));
    line.addSubcommand(new EraseCommand(environment, streams));
    line.setErr(new PrintWriter(streams.err(), true, streams.err().charset()));
    line.setOut(new PrintWriter(streams.out(), true, streams.err().charset()));
    line.setParameterExceptionHandler(
        (e, _) -> fail(e.getCommandLine().getErr(), String.valueOf(e.getMessage())));
    line.setExecutionExceptionHandler((e, command, _) -> {
      if (e instanceof ConfigException) {
        return fail(command.getErr(), String.valueOf(e.getMessage()));
      }
      if (e instanceof DataFolderException || e instanceof UnsoundException) {
        command.getErr().println("tertulia: " + inOneLine(String.valueOf(e.getMessage())));
        return e instanceof UnsoundException ? UNSOUND : UNUSABLE;
      }
      if (e instanceof IOException) {
        return fail(
            command.getErr(),
            "reading or writing failed: %s: %s"
                .formatted(e.getClass().getSimpleName(), e.getMessage()));
      }
      throw e;
    });
    if (arguments.length == 0) {
      return fail(line.getErr(), "which command?");
    }
    return line.execute(arguments);
  }

  private static int fail(PrintWriter err, String why) {
    err.println("tertulia: " + inOneLine(why) + "; see ./tertulia --help");
    return UNUSABLE;
  }

  private static String inOneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}
