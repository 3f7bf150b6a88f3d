package dev.tertulia.client;

import dev.tertulia.client.cli.ClientCommand;

/// The program: arguments in, exit code out.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    int exit = ClientCommand.run(arguments);
    if (exit != 0) {
      System.exit(exit);
    }
  }
}
