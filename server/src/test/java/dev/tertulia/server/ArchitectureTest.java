package dev.tertulia.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;

/// Who may know whom. A package that is not in the table fails the build, and so does an arrow that
/// is not.
final class ArchitectureTest {
  private static final String ROOT = "dev.tertulia.server";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry("protocol", Set.of()),
          Map.entry("engine", Set.of()),
          Map.entry("topic", Set.of("engine", "protocol")),
          Map.entry("chat", Set.of("topic", "protocol")),
          Map.entry("notification", Set.of("topic", "protocol")),
          Map.entry("presence", Set.of("topic", "protocol")),
          Map.entry("auth", Set.of("protocol")),
          Map.entry(
              "connection",
              Set.of("chat", "notification", "presence", "auth", "topic", "engine", "protocol")),
          Map.entry("storage", Set.of("chat", "notification", "topic", "engine", "protocol")),
          Map.entry(
              "http", Set.of("chat", "notification", "presence", "topic", "engine", "protocol")),
          Map.entry("net", Set.of("connection", "http", "auth", "topic", "engine", "protocol")),
          Map.entry("config", Set.of("protocol")),
          Map.entry("cli", Set.of("config", "storage", "protocol")));

  @Test
  void everyPackageKnowsOnlyWhomItMay() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      String from = packageOf(origin);
      if (from.isEmpty()) {
        continue;
      }
      assertThat(MAY_KNOW).as("the table has no row for " + from).containsKey(from);
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!target.getPackageName().startsWith(ROOT)) {
          continue;
        }
        String to = packageOf(target);
        if (!to.equals(from) && !MAY_KNOW.getOrDefault(from, Set.of()).contains(to)) {
          wrong.add(from + " knows " + (to.isEmpty() ? "the root" : to));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void thereAreNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheEdgeKnowsChannels() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".net..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..")
        .check(CLASSES);
  }

  /// A second one with other bounds would accept what the first can't read.
  @Test
  void jsonIsReadAndWrittenInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".protocol.JsonText")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.assignableTo(TokenStreamFactory.class)
                .or(JavaClass.Predicates.assignableTo(StreamReadConstraints.class))
                .or(
                    JavaClass.Predicates.resideInAnyPackage(
                        "tools.jackson.databind..", "com.fasterxml..", "com.google.gson..")))
        .check(CLASSES);
  }

  /// A pattern may need a stack as deep as its input is long, or time without end. What clients
  /// send is looked at letter by letter; where it meets a pattern all the same, that repeats no
  /// group without a bound, and the class stands here.
  @Test
  void noPatternMeetsWhatClientsSend() {
    Set<String> may =
        Set.of(
            // Its groups repeat three times at most.
            ROOT + ".auth.NetworkGate",
            // A number of one or two digits.
            ROOT + ".net.PerMessageDeflate",
            // What this program is made of, and not what comes.
            ROOT + ".http.ContentSecurity",
            ROOT + ".http.ModuleSpecifiers",
            ROOT + ".http.WebJars");
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".net..",
            ROOT + ".http..",
            ROOT + ".auth..",
            ROOT + ".protocol..",
            ROOT + ".connection..",
            ROOT + ".chat..",
            ROOT + ".notification..",
            ROOT + ".topic..")
        .and(not(belongToAnyOf(may)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.regex..")
        .orShould()
        .callMethod(String.class, "matches", String.class)
        .orShould()
        .callMethod(String.class, "replaceAll", String.class, String.class)
        .orShould()
        .callMethod(String.class, "replaceFirst", String.class, String.class)
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> belongToAnyOf(Set<String> names) {
    return DescribedPredicate.describe(
        "are allowed to", type -> names.contains(type.getName().replaceFirst("\\$.*", "")));
  }

  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).replaceFirst("\\..*", "");
  }
}
