package dev.tertulia.server.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What was written for each setting, and where. The weakest source is the configuration file; then
/// come variables of the environment, then options.
///
/// Sources with problems are read as far as possible, so that [Config] reports all problems at
/// once. For one thread.
public final class Settings {
  /// The configuration file that is read if it exists and no other is named.
  public static final Path DEFAULT_FILE = Path.of("/etc/tertulia/tertulia.yaml");

  private static final Map<String, Setting> BY_VARIABLE = new HashMap<>();

  static {
    for (Setting setting : Setting.values()) {
      BY_VARIABLE.put(setting.environmentName(), setting);
      BY_VARIABLE.put(setting.fileVariable(), setting);
    }
  }

  private final Map<Setting, Node> values = new EnumMap<>(Setting.class);
  private final List<String> problems = new ArrayList<>();

  /// Reads the configuration file and the environment.
  ///
  /// @param file the configuration file; `null` for [#DEFAULT_FILE], if it exists
  public static Settings load(Map<String, String> environment, @Nullable Path file) {
    return load(environment, file, DEFAULT_FILE);
  }

  static Settings load(Map<String, String> environment, @Nullable Path file, Path byDefault) {
    Settings settings = new Settings();
    if (file != null) {
      settings.readFile(file);
    } else if (Files.exists(byDefault)) {
      settings.readFile(byDefault);
    }
    settings.readEnvironment(environment);
    return settings;
  }

  /// Reads environment variables, ignoring those that Kubernetes sets for a service whose name
  /// begins with `tertulia`.
  public static Settings fromEnvironment(Map<String, String> environment) {
    Settings settings = new Settings();
    settings.readEnvironment(environment);
    return settings;
  }

  /// Sets `setting` as its option does, replacing any earlier value; `null` changes nothing.
  public void set(Setting setting, @Nullable String value) {
    if (value != null) {
      String option = setting.option();
      put(setting, value, option == null ? setting.key() : option);
    }
  }

  /// What was written for `setting`; `null` if nothing was.
  @Nullable Node written(Setting setting) {
    return values.get(setting) instanceof Node.Scalar text && text.text().isEmpty()
        ? null
        : values.get(setting);
  }

  /// Whether `setting` has another value than in `other`, wherever it was written.
  public boolean differs(Settings other, Setting setting) {
    return !same(effective(setting), other.effective(setting));
  }

  private Node effective(Setting setting) {
    Node written = written(setting);
    return written == null
        ? new Node.Scalar(setting.byDefault(), Node.Place.of("default"))
        : written;
  }

  private static boolean same(Node one, Node other) {
    return switch (one) {
      case Node.Scalar text -> other instanceof Node.Scalar that && text.text().equals(that.text());
      case Node.Sequence list ->
          other instanceof Node.Sequence that
              && list.items().size() == that.items().size()
              && IntStream.range(0, list.items().size())
                  .allMatch(i -> same(list.items().get(i), that.items().get(i)));
      case Node.Mapping mapping ->
          other instanceof Node.Mapping that
              && mapping.entries().keySet().equals(that.entries().keySet())
              && mapping.entries().entrySet().stream()
                  .allMatch(each -> {
                    Node.Entry entry = that.entries().get(each.getKey());
                    return entry != null && same(each.getValue().value(), entry.value());
                  });
    };
  }

  /// The value of `setting`, to be read.
  ///
  /// @param found receives problems of the value
  Value value(Setting setting, List<String> found) {
    return new Value(
        setting.key(), values.get(setting), setting.byDefault(), setting.isSecret(), found);
  }

  /// The problems of the sources.
  List<String> problems() {
    return List.copyOf(problems);
  }

  private void readFile(Path file) {
    switch (TextFile.read(file)) {
      case TextFile.Unreadable unreadable ->
          problems.add("the configuration file " + file + " " + unreadable.why());
      case TextFile.Content content -> {
        with(ConfigDocument.read(content.text(), file.toString()));
      }
    }
  }

  /// Adds the settings of a document, which replace earlier values.
  Settings with(ConfigDocument document) {
    problems.addAll(document.problems());
    values.putAll(document.values());
    return this;
  }

  /// Reads the variables in the order of their names. An empty variable is one that is not set.
  private void readEnvironment(Map<String, String> environment) {
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (Setting.isEnvironmentName(name) && !ServiceLink.is(name, value)) {
            Setting setting = BY_VARIABLE.get(name);
            if (setting == null) {
              problems.add(
                  "unknown setting %s%s".formatted(name, Nearest.to(name, BY_VARIABLE.keySet())));
            } else if (!value.isEmpty()) {
              readVariable(setting, name, value, environment);
            }
          }
        });
  }

  private void readVariable(
      Setting setting, String name, String value, Map<String, String> environment) {
    if (name.equals(setting.environmentName())) {
      put(setting, value, name);
      return;
    }
    if (!environment.getOrDefault(setting.environmentName(), "").isEmpty()) {
      problems.add(
          "%s and %s are both set: remove one of them".formatted(setting.environmentName(), name));
      return;
    }
    Path file;
    try {
      file = Path.of(value);
    } catch (InvalidPathException e) {
      problems.add(name + " is not a valid file name in this locale");
      return;
    }
    switch (TextFile.read(file)) {
      case TextFile.Content content -> put(setting, content.withoutFinalNewline(), name);
      case TextFile.Unreadable unreadable ->
          problems.add("%s: the file %s %s".formatted(name, file, unreadable.why()));
    }
  }

  /// Only mappings and lists of them are YAML; every other text is the value itself, verbatim.
  private void put(Setting setting, String text, String source) {
    Node.Scalar verbatim = new Node.Scalar(text, Node.Place.of(source));
    switch (setting.form()) {
      case TEXT, SECRET, URL, LIST, SECRETS -> values.put(setting, verbatim);
      case RECORDS, MAPPING -> {
        switch (YamlReader.read(text, source)) {
          case YamlReader.Result.Malformed malformed -> problems.add(malformed.problem());
          case YamlReader.Result.Document document ->
              values.put(setting, document.root() == null ? verbatim : document.root());
        }
      }
    }
  }
}
