package dev.tertulia.server.proxies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// What operators get in `ops` and in packages agrees with the server.
final class DeploymentFilesTest {
  private static final Path OPS = Path.of("../ops");
  private static final List<Path> FOLDERS = List.of(OPS, Path.of("../packaging"));
  private static final Path CLUSTER = OPS.resolve("cluster/compose.yaml");
  private static final Path MANIFEST = OPS.resolve("kubernetes/tertulia.yaml");

  /// How long a server may take to write and close what is left, when it has drained.
  private static final Duration REST = Duration.ofSeconds(30);

  /// How supervisors are told for how long they wait before they kill.
  private static final Pattern GRACE =
      Pattern.compile(
          "(?m)^\\s*(?:TimeoutStopSec=|terminationGracePeriodSeconds:\\s*|stop_grace_period:\\s*)(\\S+)");

  @TempDir private Path folder;

  private static List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path folder : FOLDERS) {
      try (Stream<Path> all = Files.walk(folder)) {
        all.filter(file ->
                Files.isRegularFile(file)
                    && !file.toString().contains("/target/")
                    && file.toString().matches(".*\\.(yaml|yml|service|json|cfg|conf|md|sh)"))
            .forEach(files::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  private static List<Map<?, ?>> documents(Path file) throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    for (Object document :
        new Load(LoadSettings.builder().setLabel(file.toString()).build())
            .loadAllFromString(Files.readString(file))) {
      documents.add((Map<?, ?>) document);
    }
    return documents;
  }

  /// What is at a path of names and indices.
  private static Object at(Object node, Object... path) {
    Object found = node;
    for (Object step : path) {
      Object next =
          switch (found) {
            case List<?> list -> list.get((Integer) step);
            case Map<?, ?> map -> map.get(step);
            default -> null;
          };
      found = Objects.requireNonNull(next, () -> "no %s in %s".formatted(step, List.of(path)));
    }
    return found;
  }

  private static Map<?, ?> manifest(String kind) throws IOException {
    return documents(MANIFEST).stream()
        .filter(document -> kind.equals(document.get("kind")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<?, ?> container() throws IOException {
    return (Map<?, ?>) at(manifest("Deployment"), "spec", "template", "spec", "containers", 0);
  }

  /// The configuration of the container, with the secret in its file.
  private Config config() throws IOException {
    Path file = folder.resolve("tertulia.yaml");
    Files.writeString(file, (String) at(manifest("ConfigMap"), "data", "tertulia.yaml"));
    Path secret = folder.resolve("secret");
    Files.writeString(secret, (String) at(manifest("Secret"), "stringData", "hs256_secret"));
    Map<String, String> environment = new HashMap<>();
    for (Object variable : (List<?>) at(container(), "env")) {
      String name = (String) at(variable, "name");
      environment.put(
          name, name.endsWith("_FILE") ? secret.toString() : (String) at(variable, "value"));
    }
    return Config.from(Settings.load(environment, file));
  }

  private static Duration draining(Config config) {
    return config.drain().grace().plus(config.drain().period());
  }

  /// A supervisor that kills in the middle of a drain loses what it is for.
  @Test
  void everySupervisorWaitsForLongerThanADrainTakes() throws IOException {
    Duration needed = draining(Config.from(new Settings())).plus(REST);
    int found = 0;
    for (Path file : files()) {
      Matcher grace = GRACE.matcher(Files.readString(file));
      while (grace.find()) {
        found++;
        Duration waits = Duration.ofSeconds(Long.parseLong(grace.group(1).replaceFirst("s$", "")));
        assertThat(waits).as("%s: %s", file, grace.group().strip()).isGreaterThanOrEqualTo(needed);
      }
    }
    assertThat(found).as("files that say how long").isGreaterThanOrEqualTo(2);
  }

  /// The hook that drains counts against the same time, and SIGTERM afterwards finds nothing to do.
  @Test
  void kubernetesWaitsForItsHookAndTheDrain() throws IOException {
    Object grace =
        at(manifest("Deployment"), "spec", "template", "spec", "terminationGracePeriodSeconds");
    Config config = config();
    assertThat(Duration.ofSeconds((Integer) grace))
        .isGreaterThanOrEqualTo(draining(config).plus(REST));
    assertThat(at(container(), "lifecycle", "preStop", "exec", "command"))
        .isEqualTo(List.of("/opt/tertulia/bin/tertulia", "drain"));
  }

  @Test
  void theContainerIsConfiguredAsTheServerUnderstands() throws IOException {
    Config config = config();
    assertThat(config.host()).isEqualTo("0.0.0.0");
    assertThat(config.auth().mode().name()).isEqualTo("TOKEN");
    assertThat(at(container(), "ports", 0, "containerPort")).isEqualTo(config.port());
    Set<Object> mounted = new HashSet<>();
    Set<Object> named = new HashSet<>();
    for (Object mount : (List<?>) at(container(), "volumeMounts")) {
      mounted.add(at(mount, "mountPath"));
      named.add(at(mount, "name"));
    }
    assertThat(mounted).contains(config.data().toString(), "/tmp", "/etc/tertulia");
    Set<Object> volumes = new HashSet<>();
    for (Object volume :
        (List<?>) at(manifest("Deployment"), "spec", "template", "spec", "volumes")) {
      volumes.add(at(volume, "name"));
    }
    assertThat(named).isEqualTo(volumes);
    assertThat(at(container(), "securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
  }

  /// Two servers never want one volume at a time.
  @Test
  void anUpdateEndsTheOldServerFirst() throws IOException {
    Object spec = at(manifest("Deployment"), "spec");
    assertThat(at(spec, "replicas")).isEqualTo(1);
    assertThat(at(spec, "strategy")).isEqualTo(Map.of("type", "Recreate"));
    assertThat(at(manifest("PersistentVolumeClaim"), "spec", "accessModes"))
        .isEqualTo(List.of("ReadWriteOnce"));
  }

  @Test
  void probesAskWhatTheServerAnswers() throws IOException {
    Map<?, ?> container = container();
    Object port = at(container, "ports", 0, "name");
    try (TestServer server = TestServer.start()) {
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        Object path = at(container, probe, "httpGet", "path");
        assertThat(server.server().routes()).as(probe).contains("GET " + path);
        assertThat(at(container, probe, "httpGet", "port")).isEqualTo(port);
      }
    }
    // A server that migrates or drains is not killed for it.
    assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/health/live");
    assertThat(at(container, "startupProbe", "httpGet", "path")).isEqualTo("/health/live");
    assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/health/ready");
  }

  @Test
  void thePartsOfTheManifestFindEachOther() throws IOException {
    Object labels = at(manifest("Deployment"), "spec", "template", "metadata", "labels");
    assertThat(at(manifest("Deployment"), "spec", "selector", "matchLabels")).isEqualTo(labels);
    assertThat(at(manifest("Service"), "spec", "selector")).isEqualTo(labels);
    assertThat(at(manifest("Service"), "spec", "ports", 0, "targetPort"))
        .isEqualTo(at(container(), "ports", 0, "name"));
    Object backend =
        at(manifest("Ingress"), "spec", "rules", 0, "http", "paths", 0, "backend", "service");
    assertThat(at(backend, "name")).isEqualTo(at(manifest("Service"), "metadata", "name"));
    assertThat(at(backend, "port", "name"))
        .isEqualTo(at(manifest("Service"), "spec", "ports", 0, "name"));
    for (Map<?, ?> document : documents(MANIFEST)) {
      assertThat(at(document, "apiVersion")).asString().matches("([a-z0-9.]+/)?v1");
      assertThat(at(document, "metadata", "name")).isEqualTo("tertulia");
    }
  }

  /// Of Traefik there is no more than that its file can be parsed.
  @Test
  void theFileOfTraefikIsConsistent() throws IOException {
    Map<?, ?> file = documents(OPS.resolve("proxies/traefik.yaml")).getFirst();
    Map<?, ?> middlewares = (Map<?, ?>) at(file, "http", "middlewares");
    Map<?, ?> services = (Map<?, ?>) at(file, "http", "services");
    for (Object router : ((Map<?, ?>) at(file, "http", "routers")).values()) {
      assertThat(services.containsKey(at(router, "service"))).isTrue();
      for (Object middleware : (List<?>) at(router, "middlewares")) {
        assertThat(middlewares.containsKey(middleware)).isTrue();
      }
    }
  }

  /// A service of the cluster, with what it takes from elsewhere in the file (`<<`).
  private static Map<?, ?> service(String name) throws IOException {
    return merged((Map<?, ?>) at(documents(CLUSTER).getFirst(), "services", name));
  }

  private static Map<?, ?> merged(Map<?, ?> node) {
    Map<Object, Object> all = new HashMap<>();
    if (node.get("<<") instanceof Map<?, ?> others) {
      all.putAll(merged(others));
    }
    node.forEach((name, value) -> {
      if (!"<<".equals(name)) {
        all.put(name, value instanceof Map<?, ?> inner ? merged(inner) : value);
      }
    });
    return all;
  }

  @Test
  void theNodesOfTheClusterAreConfiguredAsTheServerUnderstands() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "0123456789abcdef0123456789abcdef");
    Map<?, ?> file = documents(CLUSTER).getFirst();
    for (String name : List.of("node-1", "node-2", "node-3")) {
      Map<?, ?> service = service(name);
      Map<String, String> environment = new HashMap<>();
      ((Map<?, ?>) at(service, "environment"))
          .forEach((variable, value) ->
              environment.put(
                  (String) variable,
                  variable.toString().endsWith("_FILE") ? secret.toString() : (String) value));
      Config config = Config.from(Settings.load(environment, null));
      assertThat(config.auth().mode().name()).isEqualTo("TOKEN");
      assertThat(environment)
          .containsEntry("TERTULIA_NODE", name)
          .containsEntry(
              "TERTULIA_PROXY_TRUSTED",
              (String) at(file, "networks", "default", "ipam", "config", 0, "subnet"));
      assertThat(environment.get("TERTULIA_DATABASE")).contains("@postgres/");
      assertThat(environment.get("TERTULIA_REDIS")).endsWith("//redis");
      assertThat(at(service, "volumes", 0)).isEqualTo(name + ":/var/lib/tertulia");
      assertThat(((Map<?, ?>) at(file, "volumes")).containsKey(name)).isTrue();
      assertThat(Files.readString(OPS.resolve("proxies/haproxy-cluster.cfg")))
          .contains("server %1$s %1$s:8000\n".formatted(name));
    }
  }

  /// What a node, PostgreSQL and HAProxy are given from files is there.
  @Test
  void thePartsOfTheClusterFindEachOther() throws IOException {
    Map<?, ?> file = documents(CLUSTER).getFirst();
    Map<?, ?> services = (Map<?, ?>) at(file, "services");
    for (Object name : services.keySet()) {
      Map<?, ?> service = service((String) name);
      if (service.get("secrets") instanceof List<?> secrets) {
        assertThat(((Map<?, ?>) at(file, "secrets")).keySet().containsAll(secrets)).isTrue();
      }
      Object needed = service.get("depends_on");
      if (needed != null) {
        assertThat(services.keySet().containsAll(names(needed))).as("%s", name).isTrue();
      }
    }
    String mounted = (String) at(service("haproxy"), "volumes", 0);
    assertThat(CLUSTER.resolveSibling(mounted.substring(0, mounted.indexOf(':')))).exists();
  }

  private static Set<?> names(Object needed) {
    return needed instanceof Map<?, ?> map ? map.keySet() : new HashSet<>((List<?>) needed);
  }
}
