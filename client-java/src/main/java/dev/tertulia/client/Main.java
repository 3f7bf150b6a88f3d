package dev.tertulia.client;

import dev.tertulia.client.cli.ClientCommand;
import java.util.Locale;

/// The program: arguments in, exit code out.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // For libraries: what is written here names its locale.
    Locale.setDefault(Locale.ROOT);
    int exit = ClientCommand.run(arguments);
    if (exit != 0) {
      System.exit(exit);
    }
  }
}
