package dev.tertulia.server.cli;

import dev.tertulia.server.config.Nearest;
import dev.tertulia.server.storage.DataFolderOperations;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// `tertulia`, the command of which all others are subcommands.
@Command(
    name = "tertulia",
    description = "A self-hosted real-time server: chat rooms, notifications and broadcasts.",
    mixinStandardHelpOptions = true,
    versionProvider = TertuliaVersion.Printed.class,
    synopsisSubcommandLabel = "COMMAND")
public final class TertuliaCommand {
  private TertuliaCommand() {}

  /// Runs the command given by `arguments`.
  ///
  /// @return the exit code: 0 for success; 1 if data is damaged, nothing was found or a server
  ///   refused the request; 2 for wrong usage or files that can't be used; 3 if no server answered.
  ///   Unless it is 0, a line on standard error says why
  public static int run(
      String[] arguments,
      Map<String, String> environment,
      Servers servers,
      DataFolderOperations operations,
      Streams streams) {
    CommandLine line = new CommandLine(new TertuliaCommand());
    Map<String, Supplier<Object>> commands = commands(environment, servers, operations, streams);
    String first = arguments.length == 0 ? "" : arguments[0];
    // Inspecting a command class takes time, so only the one that is used is inspected.
    commands.forEach((name, command) -> {
      if (name.equals(first) || !commands.containsKey(first)) {
        line.addSubcommand(command.get());
      }
    });
    line.setErr(new NamingWriter(streams.err(), streams.err().charset()));
    line.setOut(new NamingWriter(streams.out(), streams.err().charset()));
    line.setParameterExceptionHandler(
        (e, _) -> fail(e.getCommandLine().getErr(), e.getMessage() + suggestion(e)));
    line.setExecutionExceptionHandler((e, command, _) -> {
      Integer exit = TertuliaProgram.report(e, command.getErr()::println);
      if (exit == null) {
        throw e;
      }
      return exit;
    });
    if (arguments.length == 0) {
      return fail(line.getErr(), "no command given");
    }
    for (String argument : arguments) {
      if (argument.indexOf(TertuliaProgram.UNREADABLE) >= 0) {
        return fail(
            line.getErr(),
            "'%s' could not be decoded as it was typed: it is not UTF-8, or the locale does not use UTF-8 (LC_ALL=C.UTF-8 does)"
                .formatted(argument));
      }
    }
    return line.execute(arguments);
  }

  private static Map<String, Supplier<Object>> commands(
      Map<String, String> environment,
      Servers servers,
      DataFolderOperations operations,
      Streams streams) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", () -> new ServeCommand(environment, servers));
    commands.put("rehearse", () -> new RehearseCommand(servers));
    commands.put("rehearse-commands", () -> new RehearseCommandsCommand(servers, operations));
    commands.put("send", () -> new SendCommand(environment, streams));
    commands.put("notify", () -> new NotifyCommand(environment, streams));
    commands.put("broadcast", () -> new BroadcastCommand(environment, streams));
    commands.put("tail", () -> new TailCommand(environment, streams));
    commands.put("inbox", () -> new InboxCommand(environment, streams));
    commands.put("export", () -> new ExportCommand(environment, streams, operations));
    commands.put("import", () -> new ImportCommand(environment, streams, operations));
    commands.put("backup", () -> new BackupCommand(environment, streams, operations));
    commands.put("restore", () -> new RestoreCommand(environment, streams, operations));
    commands.put("check", () -> new CheckCommand(environment, streams, operations));
    commands.put("config", () -> ConfigCommand.line(environment, streams));
    commands.put("reload", () -> new ReloadCommand(environment, streams));
    commands.put("drain", () -> new DrainCommand(environment, streams));
    commands.put("token", () -> new TokenCommand(environment, streams));
    commands.put("revoke", () -> new RevokeCommand(environment, streams, operations));
    commands.put("admin", () -> new AdminCommand(environment, streams, operations));
    commands.put("key", () -> KeyCommand.line(environment, streams, operations));
    commands.put("erase", () -> new EraseCommand(environment, streams, operations));
    Supplier<CommandLine> all = () -> withAll(commands);
    commands.put("manual", () -> new PageCommands.Manual(all, streams));
    commands.put("completion", () -> new PageCommands.Completion(all, streams));
    return commands;
  }

  private static CommandLine withAll(Map<String, Supplier<Object>> commands) {
    CommandLine line = new CommandLine(new TertuliaCommand());
    commands.values().forEach(command -> line.addSubcommand(command.get()));
    return line;
  }

  /// The sentence that names the option that was probably meant.
  private static String suggestion(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String first = unmatched.getUnmatched().getFirst();
      if (first.startsWith("-")) {
        int value = first.indexOf('=');
        return Nearest.to(
            value < 0 ? first : first.substring(0, value),
            e.getCommandLine().getCommandSpec().optionsMap().keySet());
      }
    }
    return "";
  }

  private static int fail(PrintWriter err, String why) {
    return TertuliaProgram.unusable(why, err::println);
  }

  /// Names the program as its user does.
  private static final class NamingWriter extends PrintWriter {
    NamingWriter(OutputStream out, Charset charset) {
      super(out, true, charset);
    }

    @Override
    public void write(String text) {
      super.write(ProgramName.in(text));
    }
  }
}
