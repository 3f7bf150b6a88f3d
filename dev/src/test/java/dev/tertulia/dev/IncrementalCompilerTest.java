package dev.tertulia.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is compiled when a source changes, in a project of a few classes.
final class IncrementalCompilerTest {
  @TempDir private Path project;

  private Path sources;
  private Path classes;

  @BeforeEach
  void layOut() throws IOException {
    sources = Files.createDirectories(project.resolve("sources"));
    classes = Files.createDirectories(project.resolve("classes"));
  }

  @Test
  void aChangedMethodBodyRecompilesNoOtherClass() throws Exception {
    write("Greeting", "static String text() { return \"hello\"; }");
    write("User", "static String run() { return Greeting.text(); }");
    write("Other", "");
    IncrementalCompiler compiler = compiled();

    write(
        "Greeting",
        "static String text() { return quiet(); } private static String quiet() { return \"hush\";"
            + " }");
    assertThat(compile(compiler, "Greeting")).isEqualTo(new IncrementalCompiler.Outcome(1, ""));
    assertThat(run("User")).isEqualTo("hush");
  }

  @Test
  void aChangedSignatureRecompilesItsCallers() throws Exception {
    write("Greeting", "static String text() { return \"hello\"; }");
    write("User", "static String run() { return \"\" + Greeting.text(); }");
    write("Other", "");
    IncrementalCompiler compiler = compiled();

    write("Greeting", "static long text() { return 7; }");
    assertThat(compile(compiler, "Greeting")).isEqualTo(new IncrementalCompiler.Outcome(2, ""));
    assertThat(run("User")).isEqualTo("7");
  }

  @Test
  void aChangedInterfaceRecompilesIndirectImplementations() throws Exception {
    source("Far", "interface Far {}");
    source("Near", "interface Near extends Far {}");
    source("Thing", "final class Thing implements Near {}");
    IncrementalCompiler compiler = compiled();

    source("Far", "interface Far { int more(); }");
    IncrementalCompiler.Outcome outcome = compile(compiler, "Far");
    assertThat(outcome.errors()).contains("Thing.java:", "more()");
  }

  @Test
  void aSwitchThatLacksANewSubtypeDoesNotCompile() throws Exception {
    source("Kind", "sealed interface Kind { record One() implements Kind {} }");
    write("User", "static int of(Kind kind) { return switch (kind) { case Kind.One _ -> 1; }; }");
    IncrementalCompiler compiler = compiled();

    source(
        "Kind",
        "sealed interface Kind { record One() implements Kind {} record Two() implements Kind {}"
            + " }");
    assertThat(compile(compiler, "Kind").errors()).contains("User.java:", "switch");
  }

  @Test
  void aChangedConstantRecompilesItsUsers() throws Exception {
    write("Limits", "static final int MOST = 1;");
    write("User", "static String run() { return \"\" + Limits.MOST; }");
    IncrementalCompiler compiler = compiled();

    write("Limits", "static final int MOST = 2;");
    assertThat(compile(compiler, "Limits")).isEqualTo(new IncrementalCompiler.Outcome(2, ""));
    assertThat(run("User")).isEqualTo("2");
  }

  @Test
  void noClassFileChangesUntilEverythingCompiles() throws Exception {
    write("Greeting", "static String text() { return \"hello\"; }");
    write("User", "static String run() { return Greeting.text(); }");
    IncrementalCompiler compiler = compiled();

    write("Greeting", "static String words() { return \"bye\"; }");
    IncrementalCompiler.Outcome broken = compile(compiler, "Greeting");
    assertThat(broken.isDone()).isFalse();
    assertThat(broken.errors()).contains("User.java:1: error: cannot find symbol");
    assertThat(run("User")).isEqualTo("hello");

    write("User", "static String run() { return Greeting.words(); }");
    assertThat(compile(compiler, "User")).isEqualTo(new IncrementalCompiler.Outcome(2, ""));
    assertThat(run("User")).isEqualTo("bye");
  }

  @Test
  void aRemovedSourceRemovesItsClassFiles() throws Exception {
    write("Greeting", "static String text() { return \"hello\"; } record Inner() {}");
    write("User", "static String run() { return Greeting.text(); }");
    IncrementalCompiler compiler = compiled();

    Files.delete(sources.resolve("toy/Greeting.java"));
    IncrementalCompiler.Outcome outcome = compiler.compile(Set.of(), Set.of("toy/Greeting.java"));
    assertThat(outcome.errors()).contains("User.java:");
    assertThat(classNames()).containsExactly("User.class");

    write("User", "static String run() { return \"alone\"; }");
    assertThat(compile(compiler, "User").isDone()).isTrue();
    assertThat(run("User")).isEqualTo("alone");
  }

  @Test
  void aClassRemovedFromItsSourceIsDeleted() throws Exception {
    write("Greeting", "record Inner() {}");
    IncrementalCompiler compiler = compiled();
    assertThat(classNames()).containsExactly("Greeting$Inner.class", "Greeting.class");

    write("Greeting", "");
    assertThat(compile(compiler, "Greeting").isDone()).isTrue();
    assertThat(classNames()).containsExactly("Greeting.class");
  }

  @Test
  void startsFromTheOutputOfAnotherBuild() throws Exception {
    write("Gone", "");
    write("Kept", "");
    compiled();
    Files.delete(sources.resolve("toy/Gone.java"));
    Files.delete(classes.resolve("toy/Kept.class"));
    Files.writeString(sources.resolve("toy/package-info.java"), "package toy;");

    assertThat(new IncrementalCompiler(sources, classes, List.of()).compile(Set.of(), Set.of()))
        .isEqualTo(new IncrementalCompiler.Outcome(1, ""));
    assertThat(classNames()).containsExactly("Kept.class");
  }

  /// A compiler that has compiled everything there is.
  private IncrementalCompiler compiled() throws IOException {
    IncrementalCompiler compiler = new IncrementalCompiler(sources, classes, List.of());
    assertThat(compiler.compile(Set.of(), Set.of()).errors()).isEmpty();
    return compiler;
  }

  private static IncrementalCompiler.Outcome compile(IncrementalCompiler compiler, String name)
      throws IOException {
    return compiler.compile(Set.of("toy/" + name + ".java"), Set.of());
  }

  private void write(String name, String body) throws IOException {
    source(name, "public final class " + name + " { " + body + " }");
  }

  private void source(String name, String text) throws IOException {
    Path file = sources.resolve("toy/" + name + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "package toy; " + text);
  }

  private List<String> classNames() throws IOException {
    try (Stream<Path> all = Files.list(classes.resolve("toy"))) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// What the method `run` of a class returns.
  private String run(String name) throws Exception {
    URL[] path = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path)) {
      var method = loader.loadClass("toy." + name).getDeclaredMethod("run");
      method.setAccessible(true);
      return String.valueOf(method.invoke(null));
    }
  }
}
