package dev.tertulia.server.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An address of the server, and who answers there.
///
/// @param template a path in which `{name}` stands for one part, and `**` at the end for all that
///   follows
record Route(String method, String template, Handler handler) {
  /// Whoever answers.
  @FunctionalInterface
  interface Handler {
    /// Answers. May wait, since it is called on virtual threads.
    Answer answer(Call call);
  }

  /// Whether `path` is of this template. An address has one form: what the template says is there
  /// as it stands, and nothing but what a name stands for may be percent-encoded.
  ///
  /// @param path its parts, as they came
  /// @return what stands for the names; `null` if it is not
  @Nullable Map<String, String> match(List<String> path) {
    List<String> wanted = parts(template);
    boolean open = wanted.getLast().equals("**");
    if (open ? path.size() < wanted.size() : path.size() != wanted.size()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      String part = wanted.get(i);
      if (part.startsWith("{")) {
        String value = RawText.decode(path.get(i));
        if (value == null) {
          return null;
        }
        values.put(part.substring(1, part.length() - 1), value);
      } else if (!part.equals("**") && !part.equals(path.get(i))) {
        return null;
      }
    }
    return values;
  }

  /// Whether it is one of the API, which is for programs.
  boolean isOfApi() {
    return template.startsWith("/api/");
  }

  /// What is between the slashes.
  static List<String> parts(String path) {
    return List.of(path.substring(1).split("/", -1));
  }
}
