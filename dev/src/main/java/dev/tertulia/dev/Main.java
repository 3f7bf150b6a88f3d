package dev.tertulia.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// What `./tertulia dev` runs, until it is told to end or the server has ended by itself and no
/// other source will help.
public final class Main {
  private Main() {}

  /// Runs the loop.
  ///
  /// @param arguments the project's folder, that of the server's build, and the command that starts
  ///   a JVM; then `--` and the server's arguments
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> all = List.of(arguments);
    int end = all.indexOf("--");
    Path home = Path.of(all.get(0));
    Path build = Path.of(all.get(1));
    List<String> served =
        new ArrayList<>(List.of("serve", "--page", home.resolve("web").toString()));
    served.addAll(all.subList(end + 1, all.size()));
    DevLoop loop = new DevLoop(home.resolve("server/src/main"), build, all.subList(2, end), served);
    AtomicInteger code = new AtomicInteger();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  loop.close();
                  // Otherwise it would be that of the signal.
                  Runtime.getRuntime().halt(code.get());
                },
                "dev-end"));
    code.set(loop.run());
    System.exit(code.get());
  }
}
