package dev.tertulia.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Watches the server's sources; when some change, it compiles them and starts the server again.
final class DevLoop {
  private static final String JAVA = "java/";
  private static final String RESOURCES = "resources/";

  /// Between two looks at the sources. To look takes some milliseconds.
  private static final Duration PAUSE = Duration.ofMillis(200);

  /// What the server ends with when it was asked to end, and when it can't do as it was told.
  private static final Set<Integer> FINAL_CODES = Set.of(0, 2);

  private final Path folder;
  private final Path classes;
  private final Path sources;
  private final SourceFolder watched;
  private final IncrementalCompiler compiler;
  private final DevServer server;

  /// @param sources the server's `src/main`
  /// @param build what Maven has built of them: `classes`, `lib`, and `built`, which is as old as
  ///   what it was built from
  /// @param jvm the command that starts a JVM
  /// @param arguments those of the server
  DevLoop(Path sources, Path build, List<String> jvm, List<String> arguments) throws IOException {
    this.sources = sources;
    folder = build.resolve("dev." + ProcessHandle.current().pid());
    classes = folder.resolve("classes");
    Folders.delete(folder);
    Folders.copy(build.resolve("classes"), classes);
    List<Path> libraries;
    try (Stream<Path> all = Files.list(build.resolve("lib"))) {
      libraries = all.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    watched = new SourceFolder(sources, Files.getLastModifiedTime(build.resolve("built")));
    compiler = new IncrementalCompiler(sources.resolve(JAVA), classes, libraries);
    server = new DevServer(classes, folder.resolve("run"), build.resolve("lib"), jvm, arguments);
  }

  /// Runs until the server has ended by itself, and would again.
  ///
  /// @return the exit code
  int run() throws IOException, InterruptedException {
    if (update(watched.look())) {
      server.restart();
    }
    say("watching server/src/main; the page is read from web/ at each request");
    while (true) {
      Thread.sleep(PAUSE);
      SourceFolder.Changes changes = watched.look();
      if (!changes.isEmpty()) {
        say("a source has changed, compiling");
        if (update(changes)) {
          server.restart();
        } else {
          say("that does not compile; the server goes on as it was");
        }
      }
      OptionalInt code = server.ended();
      if (code.isPresent()) {
        if (FINAL_CODES.contains(code.getAsInt())) {
          return code.getAsInt();
        }
        say(
            "the server has ended with %s; it starts again when a source changes"
                .formatted(code.getAsInt()));
      }
    }
  }

  /// Brings classes and resources up to date.
  ///
  /// @return whether they are
  private boolean update(SourceFolder.Changes changes) throws IOException {
    for (String name : below(RESOURCES, changes.written())) {
      Path copy = classes.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(sources.resolve(RESOURCES + name), copy, StandardCopyOption.REPLACE_EXISTING);
    }
    for (String name : below(RESOURCES, changes.removed())) {
      Files.deleteIfExists(classes.resolve(name));
    }
    long began = System.nanoTime();
    IncrementalCompiler.Outcome outcome =
        compiler.compile(below(JAVA, changes.written()), below(JAVA, changes.removed()));
    if (!outcome.isDone()) {
      System.err.print(outcome.errors());
      return false;
    }
    if (outcome.sources() > 0) {
      double seconds = (System.nanoTime() - began) / 1e9;
      say(
          String.format(
              Locale.ROOT,
              "compiled %d source%s in %.1f s",
              outcome.sources(),
              outcome.sources() == 1 ? "" : "s",
              seconds));
    }
    return true;
  }

  /// Those of the names that are in a folder, without its name.
  private static Set<String> below(String folder, Set<String> names) {
    return names.stream()
        .filter(name -> name.startsWith(folder) && (!folder.equals(JAVA) || name.endsWith(".java")))
        .map(name -> name.substring(folder.length()))
        .collect(Collectors.toSet());
  }

  private static void say(String text) {
    System.out.println("tertulia: " + text);
  }

  /// Ends the server, and removes what was compiled.
  void close() {
    try {
      server.close();
      Folders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
