package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The program: starts a server at once if its arguments ask for no more, and otherwise runs
/// [TertuliaCommand].
public final class TertuliaProgram {
  static final int UNSOUND = 1;
  static final int UNUSABLE = 2;

  /// The character by which the JVM replaces bytes in arguments that it can't decode.
  static final char UNREADABLE = '\ufffd';

  private TertuliaProgram() {}

  /// Runs the program.
  ///
  /// @return the exit code, as of [TertuliaCommand#run]
  public static int run(
      String[] arguments,
      Map<String, String> environment,
      Servers servers,
      DataFolderOperations operations,
      Streams streams) {
    ServeOptions options = server(arguments);
    if (options == null) {
      return TertuliaCommand.run(arguments, environment, servers, operations, streams);
    }
    try {
      servers.start(() -> options.settings(environment), options.page());
      return 0;
    } catch (RuntimeException e) {
      Integer exit = report(e, streams.err()::println);
      if (exit != null) {
        return exit;
      }
      e.printStackTrace(streams.err());
      return UNSOUND;
    }
  }

  private static @Nullable ServeOptions server(String[] arguments) {
    return arguments.length > 0 && arguments[0].equals("serve")
        ? ServeOptions.plain(Arrays.asList(arguments).subList(1, arguments.length))
        : null;
  }

  /// Reports a failure for which the program is not to blame, in one line.
  ///
  /// @param err receives the line
  /// @return the exit code; `null` if it is any other failure
  static @Nullable Integer report(Exception failure, Consumer<String> err) {
    String why = String.valueOf(failure.getMessage());
    if (failure instanceof ConfigException || failure instanceof BadUsageException) {
      return unusable(why, err);
    }
    if (failure instanceof DataFolderException || failure instanceof CorruptionException) {
      err.accept("tertulia: " + inOneLine(why));
      return failure instanceof CorruptionException ? UNSOUND : UNUSABLE;
    }
    if (failure instanceof IOException) {
      String name = failure.getClass().getSimpleName();
      return unusable("input/output error: %s: %s".formatted(name, why), err);
    }
    return null;
  }

  /// Reports that a command can't be run as it was given.
  static int unusable(String why, Consumer<String> err) {
    err.accept("tertulia: " + inOneLine(why) + "; see ./tertulia --help");
    return UNUSABLE;
  }

  private static String inOneLine(String text) {
    return Printable.line(text.replaceAll("\\s*\\R\\s*", " "));
  }
}
