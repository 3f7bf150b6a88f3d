package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The commands of the program can be given to the script that starts it.
final class LauncherCommandsTest {
  private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+)(?=\\s|$)");
  private static final Pattern CASE = Pattern.compile("(?m)^  ([a-z |-]+)\\)");

  /// What the script itself uses, to record what the JVM does at a start.
  private static final Set<String> INTERNAL = Set.of("rehearse");

  @Test
  void theScriptKnowsEveryCommandOfTheProgram() throws IOException {
    CommandRun help = CommandRun.of(Map.of(), "", false, "--help");
    String list = help.out().substring(help.out().indexOf("Commands:"));
    Set<String> commands = new TreeSet<>();
    COMMAND.matcher(list).results().forEach(found -> commands.add(found.group(1)));
    commands.removeAll(INTERNAL);
    assertThat(commands).contains("serve", "reload", "key");

    String script = Files.readString(Path.of("../tertulia"));
    Set<String> known = new TreeSet<>();
    Matcher branch = CASE.matcher(script.substring(script.indexOf("\ncase $command in")));
    while (branch.find()) {
      known.addAll(List.of(branch.group(1).split(" \\| ", -1)));
    }
    assertThat(known).containsAll(commands);
  }
}
