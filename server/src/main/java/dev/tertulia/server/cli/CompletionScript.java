package dev.tertulia.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// What a shell needs to complete the commands and options of the program, made of the same model
/// as their help.
enum CompletionScript {
  BASH {
    @Override
    String of(CommandLine program) {
      return """
      # Completes the commands and options of tertulia.
      _tertulia() {
        local word path= commands="%s"
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case " $commands " in
            *" ${path:+$path/}$word "*) path=${path:+$path/}$word ;;
          esac
        done
        local words=
        case $path in
      %s  esac
        COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
      }
      complete -o default -F _tertulia tertulia
      """
          .formatted(
              all(program, "").map(Place::path).filter(path -> !path.isEmpty()).collect(SPACED),
              all(program, "")
                  .map(place ->
                      "    %s) words=\"%s\" ;;\n"
                          .formatted(
                              place.path.isEmpty() ? "''" : place.path, words(place.command)))
                  .collect(Collectors.joining()));
    }
  },

  ZSH {
    @Override
    String of(CommandLine program) {
      return """
      #compdef tertulia
      # Completes the commands and options of tertulia.
      _tertulia() {
        local word path= commands=" %s "
        for word in ${words[2,CURRENT-1]}; do
          [[ $commands == *" ${path:+$path/}$word "* ]] && path=${path:+$path/}$word
        done
        local -a found
        case $path in
      %s  esac
        _describe command found || _files
      }
      _tertulia "$@"
      """
          .formatted(
              all(program, "").map(Place::path).filter(path -> !path.isEmpty()).collect(SPACED),
              all(program, "")
                  .map(place ->
                      "    %s) found=(%s) ;;\n"
                          .formatted(
                              place.path.isEmpty() ? "''" : place.path,
                              described(place.command)
                                  .map(each ->
                                      quoted(each.name.replace(":", "\\:") + ":" + each.text))
                                  .collect(SPACED)))
                  .collect(Collectors.joining()));
    }
  },

  FISH {
    @Override
    String of(CommandLine program) {
      StringBuilder script =
          new StringBuilder("# Completes the commands and options of tertulia.\n");
      all(program, "")
          .forEach(place -> {
            String where = condition(place);
            ManualPage.visible(place.command)
                .forEach(command ->
                    script
                        .append("complete -c tertulia -f -n ")
                        .append(quoted(where))
                        .append(" -a ")
                        .append(command.getCommandName())
                        .append(" -d ")
                        .append(quoted(first(command)))
                        .append('\n'));
            for (OptionSpec option : options(place.command)) {
              script.append("complete -c tertulia -n ").append(quoted(where));
              for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " : " -s ");
                script.append(name.replaceFirst("^-+", ""));
              }
              script.append(option.arity().max() == 0 ? "" : " -r");
              script.append(" -d ").append(quoted(first(option.description()))).append('\n');
            }
          });
      return script.toString();
    }

    private static String condition(Place place) {
      String inside =
          Stream.of(place.path.split("/"))
              .filter(name -> !name.isEmpty())
              .map(name -> "__fish_seen_subcommand_from " + name)
              .collect(Collectors.joining("; and "));
      String further =
          ManualPage.visible(place.command).map(CommandLine::getCommandName).collect(SPACED);
      if (further.isEmpty()) {
        return inside;
      }
      return (inside.isEmpty() ? "" : inside + "; and ")
          + "not __fish_seen_subcommand_from "
          + further;
    }
  };

  private static final java.util.stream.Collector<CharSequence, ?, String> SPACED =
      Collectors.joining(" ");

  /// The script.
  ///
  /// @param program with all its subcommands
  abstract String of(CommandLine program);

  /// The script for the shell with this name.
  static CompletionScript named(String shell) {
    for (CompletionScript script : values()) {
      if (script.name().toLowerCase(Locale.ROOT).equals(shell)) {
        return script;
      }
    }
    throw new BadUsageException("'%s' is none of bash, zsh and fish".formatted(shell));
  }

  /// A command at the place where it stands, such as `key/create`.
  private record Place(String path, CommandLine command) {}

  /// A word that may come next, and what it means.
  private record Word(String name, String text) {}

  private static Stream<Place> all(CommandLine command, String path) {
    String prefix = path.isEmpty() ? "" : path + "/";
    return Stream.concat(
        Stream.of(new Place(path, command)),
        ManualPage.visible(command).flatMap(each -> all(each, prefix + each.getCommandName())));
  }

  private static String words(CommandLine command) {
    return described(command).map(Word::name).collect(SPACED);
  }

  private static Stream<Word> described(CommandLine command) {
    List<Word> words = new ArrayList<>();
    ManualPage.visible(command)
        .forEach(each -> words.add(new Word(each.getCommandName(), first(each))));
    for (OptionSpec option : options(command)) {
      words.add(new Word(option.longestName(), first(option.description())));
    }
    return words.stream();
  }

  private static List<OptionSpec> options(CommandLine command) {
    return command.getCommandSpec().options().stream().filter(each -> !each.hidden()).toList();
  }

  private static String first(CommandLine command) {
    return first(command.getCommandSpec().usageMessage().description());
  }

  /// The first sentence of a description.
  private static String first(String[] description) {
    String text = description.length == 0 ? "" : String.format(Locale.ROOT, description[0]);
    return text.strip().replaceFirst("[.:] .*|[.:]$", "");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
