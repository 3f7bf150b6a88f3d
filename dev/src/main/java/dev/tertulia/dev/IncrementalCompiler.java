package dev.tertulia.dev;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Compiles sources that have changed, and those that depend on what has changed in them, into a
/// folder of classes. None of the build's checks are made, nor is a class found that a new one of
/// the same name hides: `./tertulia test` compiles everything. It is the JDK's compiler, in this
/// process, so that it is warm. Owned by one thread.
final class IncrementalCompiler {
  private static final String PACKAGE_INFO = "package-info.java";

  private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
  private final StandardJavaFileManager files =
      javac.getStandardFileManager(_ -> {}, Locale.ROOT, StandardCharsets.UTF_8);

  private final Path sources;
  private final Path classes;
  private final List<String> options;

  /// What the folder of classes holds, by name.
  private final Map<String, CompiledClass> known = new HashMap<>();

  /// Sources whose classes are not there or not up to date: they did not compile.
  private final Set<String> pending = new TreeSet<>();

  /// @param classes may hold what was compiled before
  /// @param libraries the rest of the class path
  IncrementalCompiler(Path sources, Path classes, List<Path> libraries) throws IOException {
    this.sources = sources;
    this.classes = classes;
    options =
        List.of(
            "-proc:none",
            "-parameters",
            "-g",
            "-nowarn",
            "-implicit:none",
            "-Xmaxerrs",
            "20",
            "-cp",
            Stream.concat(Stream.of(classes), libraries.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
    try (Stream<Path> all = Files.walk(classes)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".class")).toList()) {
        CompiledClass compiled = CompiledClass.read(Files.readAllBytes(file));
        known.put(compiled.name(), compiled);
      }
    }
    Set<String> present = allSources();
    Set<String> compiled =
        known.values().stream().map(CompiledClass::source).collect(Collectors.toSet());
    present.stream()
        .filter(source -> !compiled.contains(source) && !source.endsWith(PACKAGE_INFO))
        .forEach(pending::add);
    compiled.removeAll(present);
    remove(compiled);
  }

  /// How a compilation has ended.
  ///
  /// @param sources how many were compiled
  /// @param errors what the compiler says, with lines; empty if everything is up to date
  record Outcome(int sources, String errors) {
    boolean isDone() {
      return errors.isEmpty();
    }
  }

  /// Brings the classes up to date. If that fails, they stay as they are, and the next call
  /// includes what did not compile.
  ///
  /// @param written sources that are new or have changed, by their names below the folder
  /// @param removed sources that are gone
  Outcome compile(Set<String> written, Set<String> removed) throws IOException {
    pending.addAll(written);
    remove(removed);
    Set<String> batch = new TreeSet<>(pending);
    while (!batch.isEmpty()) {
      Output output = new Output(files);
      StringWriter errors = new StringWriter();
      List<Path> paths = batch.stream().map(sources::resolve).toList();
      if (!javac
          .getTask(errors, output, null, options, null, files.getJavaFileObjectsFromPaths(paths))
          .call()) {
        return new Outcome(batch.size(), errors.toString());
      }
      Map<String, CompiledClass> fresh = output.read();
      Set<String> next = new TreeSet<>(batch);
      next.addAll(dependents(batch, fresh));
      if (next.equals(batch)) {
        install(batch, fresh, output);
        pending.clear();
        return new Outcome(batch.size(), "");
      }
      batch = next;
    }
    return new Outcome(0, "");
  }

  /// The sources that must be compiled as well, because of what has changed in those of `batch`.
  private Set<String> dependents(Set<String> batch, Map<String, CompiledClass> fresh)
      throws IOException {
    Set<String> altered = new HashSet<>();
    for (CompiledClass before : known.values()) {
      if (batch.contains(before.source())) {
        CompiledClass now = fresh.get(before.name());
        if (!before.constants().isEmpty()
            && (now == null || !now.constants().containsAll(before.constants()))) {
          // Where its value was copied to, nothing tells.
          return allSources();
        }
        if (now == null || !now.shape().equals(before.shape())) {
          altered.add(before.name());
        }
      }
    }
    return users(altered);
  }

  /// The sources of all classes that may use one of these, or a subtype of one.
  private Set<String> users(Set<String> names) {
    Set<String> used = new HashSet<>(names);
    boolean grew = !used.isEmpty();
    while (grew) {
      grew = false;
      for (CompiledClass each : known.values()) {
        if (!used.contains(each.name()) && each.supertypes().stream().anyMatch(used::contains)) {
          grew |= used.add(each.name());
        }
      }
    }
    return known.values().stream()
        .filter(each ->
            used.contains(each.name()) || each.mentioned().stream().anyMatch(used::contains))
        .map(CompiledClass::source)
        .collect(Collectors.toSet());
  }

  private void remove(Set<String> gone) throws IOException {
    Set<String> names =
        known.values().stream()
            .filter(each -> gone.contains(each.source()))
            .map(CompiledClass::name)
            .collect(Collectors.toSet());
    pending.addAll(users(names));
    pending.removeAll(gone);
    for (String name : names) {
      known.remove(name);
      Files.deleteIfExists(file(name));
    }
  }

  private void install(Set<String> batch, Map<String, CompiledClass> fresh, Output output)
      throws IOException {
    for (CompiledClass before : List.copyOf(known.values())) {
      if (batch.contains(before.source()) && !fresh.containsKey(before.name())) {
        known.remove(before.name());
        Files.deleteIfExists(file(before.name()));
      }
    }
    for (Map.Entry<String, byte[]> each : output.bytes().entrySet()) {
      Path file = file(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    known.putAll(fresh);
  }

  private Path file(String name) {
    return classes.resolve(name + ".class");
  }

  private Set<String> allSources() throws IOException {
    try (Stream<Path> all = Files.walk(sources)) {
      return all.filter(path -> path.toString().endsWith(".java"))
          .map(path -> sources.relativize(path).toString().replace('\\', '/'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /// Keeps what is compiled in memory, until all of it is known to be good.
  private static final class Output extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Output(StandardJavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location,
        String className,
        JavaFileObject.Kind kind,
        FileObject sibling) {
      String name = className.replace('.', '/');
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          written.put(name, bytes);
          return bytes;
        }
      };
    }

    Map<String, byte[]> bytes() {
      Map<String, byte[]> bytes = new HashMap<>();
      written.forEach((name, each) -> bytes.put(name, each.toByteArray()));
      return bytes;
    }

    Map<String, CompiledClass> read() {
      Map<String, CompiledClass> read = new HashMap<>();
      bytes().forEach((name, each) -> read.put(name, CompiledClass.read(each)));
      return read;
    }
  }
}
