package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The manual page of the program in the language of `man`, made of the texts that `--help` shows.
final class ManualPage {
  private final CommandLine program;
  private final StringBuilder page = new StringBuilder();

  /// @param program with all its subcommands
  ManualPage(CommandLine program) {
    this.program = program;
  }

  /// The page.
  String text() {
    UsageMessageSpec usage = program.getCommandSpec().usageMessage();
    page.append(".TH TERTULIA 1 \"\" \"tertulia ")
        .append(escaped(TertuliaVersion.current()))
        .append("\" \"Tertulia\"\n");
    section("NAME");
    line("tertulia - " + formatted(usage.description()).getFirst().toLowerCase(Locale.ROOT));
    section("SYNOPSIS");
    page.append(".B tertulia\n.I COMMAND\n[\\fIOPTION\\fR...]\n");
    section("COMMANDS");
    visible(program).forEach(this::command);
    section("SETTINGS");
    line(
        "By environment variable, or by name in /etc/tertulia/tertulia.yaml. Instead of a variable,"
            + " the same name with _FILE at its end names a file that contains the value.");
    for (Setting setting : Setting.values()) {
      String by = setting.byDefault().isEmpty() ? "" : " (" + setting.byDefault() + ")";
      term(setting.environmentName(), setting.meaning() + by);
    }
    section("FILES");
    term("/etc/tertulia/tertulia.yaml", "the settings, if --config names no other file");
    term("/var/lib/tertulia", "the data of the service");
    term("/etc/default/tertulia", "variables of the service, such as TERTULIA_JAVA_OPTS");
    return page.toString();
  }

  /// The subcommands that help lists.
  static Stream<CommandLine> visible(CommandLine command) {
    return command.getSubcommands().values().stream()
        .distinct()
        .filter(each -> !each.getCommandSpec().usageMessage().hidden());
  }

  private void command(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    page.append(".SS \"").append(escaped(spec.qualifiedName())).append("\"\n");
    line(command.getHelp().synopsis(0).strip().replaceAll("\\s+", " "));
    page.append(".PP\n");
    verbatim(formatted(spec.usageMessage().description()));
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        term(parameter.paramLabel(), joined(parameter));
      }
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
        term(String.join(", ", option.names()) + value, joined(option));
      }
    }
    page.append(".PP\n");
    verbatim(formatted(spec.usageMessage().footer()));
    visible(command).forEach(this::command);
  }

  private void section(String name) {
    page.append(".SH ").append(name).append('\n');
  }

  private void term(String name, String meaning) {
    page.append(".TP\n\\fB").append(escaped(name)).append("\\fR\n");
    line(meaning);
  }

  private void verbatim(List<String> lines) {
    page.append(".nf\n");
    lines.forEach(this::line);
    page.append(".fi\n");
  }

  private void line(String text) {
    String line = escaped(ProgramName.in(text, "tertulia"));
    // At the beginning of a line, these would be requests.
    page.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "").append(line);
    page.append('\n');
  }

  private static String joined(ArgSpec argument) {
    return String.join(" ", formatted(argument.description()));
  }

  /// The lines of a text that picocli would format.
  private static List<String> formatted(String[] texts) {
    return Stream.of(texts)
        .flatMap(text -> String.format(Locale.ROOT, text).lines())
        .map(String::stripTrailing)
        .toList();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
  }
}
