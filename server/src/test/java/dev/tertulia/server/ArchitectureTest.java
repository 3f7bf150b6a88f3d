package dev.tertulia.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;

/// The allowed dependencies between packages. A package that is missing from the table fails the
/// build, and so does a dependency that is.
final class ArchitectureTest {
  private static final String ROOT = "dev.tertulia.server";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /// The floors, lowest first: a package may know only those that stand in its row, and they all
  /// stand above it in this table.
  private static final Map<String, Set<String>> MAY_KNOW = new LinkedHashMap<>();

  static {
    row("json");
    row("logging", "json");
    row("model", "json");
    row("metrics");
    row("engine");
    row("audit", "logging");
    row("auth", "audit", "model", "json");
    row("auth.token", "auth", "audit", "model", "json");
    row("auth.key", "auth", "model", "json");
    row("auth.oidc", "auth.token", "auth", "model", "json");
    row("config", "logging", "audit", "auth.token", "auth", "model");
    row("limits", "logging", "model");
    row("topic", "model", "engine");
    row("chat", "topic", "model");
    row("notification", "topic", "model");
    row("presence", "topic", "model");
    row("relay", "topic", "engine", "model");
    row("relay.postgres", "relay", "topic", "engine", "model");
    row("relay.redis", "relay", "topic", "engine", "model");
    row(
        "connection",
        "chat",
        "notification",
        "presence",
        "topic",
        "auth",
        "audit",
        "limits",
        "engine",
        "logging",
        "model",
        "json");
    row("storage", "chat", "notification", "topic", "auth.key", "auth", "engine", "model", "json");
    storageRow("storage.sql", "storage");
    storageRow("storage.sqlite", "storage.sql", "storage");
    storageRow("storage.postgres", "storage.sql", "storage");
    storageRow("storage.postgres.outbox", "storage.sql", "storage");
    storageRow("storage.rows", "storage.sql", "storage");
    storageRow("storage.read", "storage.rows", "storage.sql", "storage");
    storageRow(
        "storage.journal",
        "storage.read",
        "storage.rows",
        "storage.sqlite",
        "storage.sql",
        "storage");
    storageRow(
        "storage.admin",
        "storage.journal",
        "storage.read",
        "storage.rows",
        "storage.postgres",
        "storage.sqlite",
        "storage.sql",
        "storage");
    row(
        "cluster",
        "storage",
        "connection",
        "presence",
        "notification",
        "relay",
        "topic",
        "engine",
        "model");
    protocolRow("protocol");
    protocolRow("protocol.base", "protocol");
    protocolRow("protocol.full", "protocol");
    protocolRow("protocol.stream", "protocol");
    row("cli", "storage", "config", "logging", "auth.key", "auth.token", "auth", "json", "model");
    row(
        "http",
        "protocol",
        "audit",
        "auth",
        "limits",
        "topic",
        "engine",
        "logging",
        "model",
        "json");
    row("http.page", "http", "model");
    row(
        "http.admin",
        "http",
        "protocol",
        "storage",
        "config",
        "auth.key",
        "auth.token",
        "auth",
        "topic",
        "json",
        "model");
    row("http.signin", "http", "protocol", "auth.oidc", "auth.token", "auth", "model", "json");
    row(
        "http.api",
        "http",
        "http.page",
        "protocol",
        "chat",
        "notification",
        "presence",
        "topic",
        "audit",
        "auth",
        "limits",
        "engine",
        "model",
        "json");
    netRow("net.proxy");
    netRow("net.loop", "net.proxy");
    netRow("net.websocket", "net.loop");
    netRow("net.tls", "net.loop");
    netRow("net.http1", "net.websocket", "net.loop", "net.proxy");
    netRow("net", "net.http1", "net.websocket", "net.tls", "net.loop", "net.proxy");
  }

  private static void row(String name, String... mayKnow) {
    for (String known : mayKnow) {
      assertThat(MAY_KNOW).as("the floors that " + name + " stands on").containsKey(known);
    }
    Set<String> all = new TreeSet<>(Set.of(mayKnow));
    // Everybody above counts.
    if (MAY_KNOW.containsKey("metrics")) {
      all.add("metrics");
    }
    MAY_KNOW.put(name, all);
  }

  private static void storageRow(String name, String... more) {
    row(
        name,
        with(more, "chat", "notification", "topic", "auth.key", "auth", "engine", "model", "json"));
  }

  private static void protocolRow(String name, String... more) {
    row(
        name,
        with(
            more,
            "connection",
            "chat",
            "notification",
            "presence",
            "topic",
            "auth.token",
            "auth",
            "limits",
            "engine",
            "model",
            "json"));
  }

  private static void netRow(String name, String... more) {
    row(
        name,
        with(
            more,
            "http",
            "protocol",
            "connection",
            "auth.token",
            "auth",
            "limits",
            "topic",
            "engine",
            "logging",
            "model",
            "json"));
  }

  private static String[] with(String[] some, String... others) {
    return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
  }

  /// That there are no cycles follows: a row names only what stands above it.
  @Test
  void everyPackageDependsOnlyOnAllowedPackages() {
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

  /// A protocol, a way to store or a part of the network is chosen where the server is put
  /// together, and nowhere else.
  @Test
  void onlyTheRootDependsOnPackagesBelowStorageNetAndProtocol() {
    MAY_KNOW.forEach((from, mayKnow) -> {
      for (String to : mayKnow) {
        boolean hidden = to.matches("(storage|net|protocol)\\..*");
        assertThat(!hidden || familyOf(from).equals(familyOf(to)))
            .as(from + " may know " + to)
            .isTrue();
      }
    });
  }

  @Test
  void onlyTheTransportLayerUsesChannels() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".net..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..")
        .check(CLASSES);
  }

  /// What knows Micrometer would load it, and every start would wait for that.
  @Test
  void onlyTheViewForPrometheusKnowsMicrometer() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".metrics.PrometheusView")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.prometheus..")
        .check(CLASSES);
  }

  /// As above: a start without Redis does not load its client.
  @Test
  void onlyTheRelayOverRedisKnowsLettuce() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".relay.redis")
        .and()
        .doNotHaveFullyQualifiedName(ROOT + ".ClusterPlans")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lettuce..", ROOT + ".relay.redis")
        .check(CLASSES);
  }

  /// A second one with other bounds would accept what the first can't read.
  @Test
  void jsonIsReadAndWrittenInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".json.JsonText")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.assignableTo(TokenStreamFactory.class)
                .or(JavaClass.Predicates.assignableTo(StreamReadConstraints.class))
                .or(JavaClass.Predicates.assignableTo(JsonStringEncoder.class))
                .or(
                    JavaClass.Predicates.resideInAnyPackage(
                        "tools.jackson.databind..", "com.fasterxml..", "com.google.gson..")))
        .check(CLASSES);
  }

  /// A pattern may need a stack as deep as its input is long, or time without end. What clients
  /// send is looked at letter by letter; where it meets a pattern all the same, that repeats no
  /// group without a bound, and the class stands here.
  @Test
  void noRegularExpressionIsAppliedToClientInput() {
    Set<String> may =
        Set.of(
            // Its groups repeat three times at most.
            ROOT + ".auth.NetworkGate",
            // A number of one or two digits.
            ROOT + ".net.websocket.PerMessageDeflate",
            // What this program is made of, and not what comes.
            ROOT + ".http.ContentSecurity",
            ROOT + ".http.page.ModuleSpecifiers",
            ROOT + ".http.page.Shell",
            ROOT + ".http.page.WebJars");
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".net..",
            ROOT + ".http..",
            ROOT + ".auth..",
            ROOT + ".protocol..",
            ROOT + ".connection..",
            ROOT + ".model..",
            ROOT + ".json..",
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

  private static String familyOf(String name) {
    return name.replaceFirst("\\..*", "");
  }

  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }
}
