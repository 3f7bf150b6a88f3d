package dev.tertulia.server;

import dev.tertulia.server.cli.OperatorClient;
import dev.tertulia.server.cli.Streams;
import dev.tertulia.server.cli.TertuliaProgram;
import dev.tertulia.server.storage.admin.FolderOperations;
import java.util.Locale;

/// The entry point of the program.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // For libraries: the code of this project always passes a locale.
    Locale.setDefault(Locale.ROOT);
    int exit =
        TertuliaProgram.run(
            arguments,
            System.getenv(),
            ServerProcess::run,
            new FolderOperations(new OperatorClient()),
            Streams.ofProcess());
    if (exit != 0) {
      System.exit(exit);
    }
  }
}
