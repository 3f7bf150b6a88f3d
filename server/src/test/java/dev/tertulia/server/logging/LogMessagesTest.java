package dev.tertulia.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// Every warning and every error that the server can log says what to do next, or that there is
/// nothing to do.
final class LogMessagesTest {
  private static final Path SOURCES = Path.of("src/main/java");

  /// What tells operators what to do.
  private static final Pattern ADVICE =
      Pattern.compile(
          "(?i)\\b(check|raise|lower|set|let|end|free|use|add|remove|repair|restore|renew|replace|report|restart|try|repeat|revoke|make|see|read|look|stop|mount|upgrade|correct|ask|to"
              + " fix this)\\b|\\bnothing to do\\b|'\\./tertulia |by itself\\b");

  /// Lines whose text comes from elsewhere, and who sees to it that it says what to do.
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "RefusalLog: {} ({} so far)", "names the setting of the limit",
          "ServerProcess: ", "MemoryPlan.shortage() names the flags",
          "Storage: ", "FolderRights and DataFolder name the command");

  private record Line(String where, String level, String text, String code) {}

  @Test
  void everyWarningAndErrorSaysWhatToDo() throws IOException {
    Map<String, String> silent = new TreeMap<>();
    for (Line line : lines()) {
      if (!ADVICE.matcher(line.text).find() && !ELSEWHERE.containsKey(line.where)) {
        silent.put(line.where, line.level + " " + line.code);
      }
    }
    assertThat(silent).isEmpty();
  }

  private static List<Line> lines() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Line> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES);
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(sources));
      task.parse()
          .forEach(unit -> {
            String name = Path.of(unit.getSourceFile().getName()).getFileName().toString();
            String file = name.replace(".java", "");
            unit.accept(new Calls(file, lines), null);
          });
    }
    return lines;
  }

  /// Finds the calls of `log.warn` and `log.error`, and the literals in what they are given.
  private static final class Calls extends TreeScanner<Void, Void> {
    private final String file;
    private final List<Line> lines;

    Calls(String file, List<Line> lines) {
      this.file = file;
      this.lines = lines;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
      if (call.getMethodSelect() instanceof MemberSelectTree select
          && select.getExpression() instanceof IdentifierTree log
          && log.getName().contentEquals("log")
          && (select.getIdentifier().contentEquals("warn")
              || select.getIdentifier().contentEquals("error"))) {
        StringBuilder text = new StringBuilder();
        for (ExpressionTree argument : call.getArguments()) {
          argument.accept(new Literals(), text);
        }
        lines.add(
            new Line(
                file + ": " + shortened(text.toString()),
                select.getIdentifier().toString(),
                text.toString(),
                call.toString()));
      }
      return super.visitMethodInvocation(call, null);
    }

    private static String shortened(String text) {
      return text.length() <= 40 ? text : text.substring(0, 40);
    }
  }

  private static final class Literals extends TreeScanner<Void, StringBuilder> {
    @Override
    public Void visitLiteral(LiteralTree literal, StringBuilder text) {
      if (literal.getValue() instanceof String part) {
        text.append(part);
      }
      return null;
    }
  }
}
