package dev.tertulia.server;

import dev.tertulia.server.cli.Streams;
import dev.tertulia.server.cli.TertuliaCommand;
import java.util.Locale;

/// The program: arguments in, exit code out.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // For libraries: what is written here names its locale.
    Locale.setDefault(Locale.ROOT);
    int exit =
        TertuliaCommand.run(arguments, System.getenv(), ServerProcess::run, Streams.ofProcess());
    if (exit != 0) {
      System.exit(exit);
    }
  }
}
