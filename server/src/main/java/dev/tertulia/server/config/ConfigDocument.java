package dev.tertulia.server.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The settings in the text of a configuration file. The part of a name before a dot may be a
/// mapping: `limits: {burst: 5}` is the same as `limits.burst: 5`.
///
/// @param values what is written for each setting
/// @param problems what is wrong, each with its place; the other values count
record ConfigDocument(Map<Setting, Node> values, List<String> problems) {
  private static final Map<String, Setting> BY_KEY = new HashMap<>();

  static {
    for (Setting setting : Setting.values()) {
      BY_KEY.put(setting.key(), setting);
    }
  }

  /// Reads a document. A pure function that returns for every text.
  ///
  /// @param source the name of the document, for messages
  static ConfigDocument read(String text, String source) {
    ConfigDocument document = new ConfigDocument(new EnumMap<>(Setting.class), new ArrayList<>());
    switch (YamlReader.read(text, source)) {
      case YamlReader.Result.Malformed malformed -> document.problems.add(malformed.problem());
      case YamlReader.Result.Document yaml -> document.add("", yaml.root());
    }
    return document;
  }

  /// @param path the name of the mapping `node`, with a dot at its end; empty for the document
  private void add(String path, @Nullable Node node) {
    switch (node) {
      case null -> {}
      case Node.Scalar nothing when nothing.text().isEmpty() -> {}
      case Node.Scalar _, Node.Sequence _ ->
          problems.add(
              "%s: %s must be a mapping of names to values, not %s"
                  .formatted(
                      node.place(),
                      path.isEmpty() ? "the file" : path.substring(0, path.length() - 1),
                      node.kind()));
      case Node.Mapping mapping -> mapping.entries().forEach((key, entry) -> add(path, key, entry));
    }
  }

  private void add(String path, String key, Node.Entry entry) {
    String name = path + key;
    Setting setting = BY_KEY.get(name);
    if (setting == null) {
      if (BY_KEY.keySet().stream().anyMatch(each -> each.startsWith(name + "."))) {
        add(name + ".", entry.value());
      } else {
        problems.add(
            "%s: unknown setting %s%s".formatted(entry.key(), name, Nearest.to(name, names(path))));
      }
      return;
    }
    Node earlier = values.putIfAbsent(setting, entry.value());
    if (earlier != null) {
      problems.add(
          "%s: %s is there twice, first at %s".formatted(entry.key(), name, earlier.place()));
    }
  }

  /// The names of all settings, and of the mappings that stand in the one named `path`.
  private static List<String> names(String path) {
    return BY_KEY.keySet().stream()
        .flatMap(key -> {
          int dot = key.startsWith(path) ? key.indexOf('.', path.length()) : -1;
          return dot < 0 ? Stream.of(key) : Stream.of(key, key.substring(0, dot));
        })
        .distinct()
        .sorted()
        .toList();
  }
}
