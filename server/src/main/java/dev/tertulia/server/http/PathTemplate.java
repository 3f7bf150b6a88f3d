package dev.tertulia.server.http;

import dev.tertulia.server.protocol.RawText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A path in which `{name}` stands for one segment, and `**` at the end for one segment or more. It
/// is parsed once; matching allocates the values of the names and nothing else. Immutable.
final class PathTemplate {
  private static final String REST = "**";

  /// Those before [#REST].
  private final List<Segment> segments;

  private final boolean open;
  private final boolean named;

  /// @param text a literal, which a path must have as it stands, or the name of a value
  private record Segment(String text, boolean isName) {
    static Segment of(String text) {
      return text.startsWith("{")
          ? new Segment(text.substring(1, text.length() - 1), true)
          : new Segment(text, false);
    }

    boolean matches(String path, int from, int to) {
      return isName || (to - from == text.length() && path.startsWith(text, from));
    }
  }

  /// @param template begins with `/`
  PathTemplate(String template) {
    List<String> texts = List.of(template.substring(1).split("/", -1));
    open = texts.getLast().equals(REST);
    segments =
        texts.stream().limit(open ? texts.size() - 1 : texts.size()).map(Segment::of).toList();
    named = segments.stream().anyMatch(Segment::isName);
  }

  /// The values of the names, decoded, if `path` has this form. A path has one spelling: only a
  /// value may be percent-encoded.
  ///
  /// @param path as it came, beginning with `/`; see [RawText]
  /// @return by name, in the order of the template; `null` if `path` has another form, or a value
  ///   can't be decoded
  @Nullable Map<String, String> match(String path) {
    if (!matches(path)) {
      return null;
    }
    return named ? values(path) : Map.of();
  }

  private boolean matches(String path) {
    int at = 1;
    for (Segment segment : segments) {
      if (at > path.length()) {
        return false;
      }
      int end = segmentEnd(path, at);
      if (!segment.matches(path, at, end)) {
        return false;
      }
      at = end + 1;
    }
    boolean more = at <= path.length();
    return more == open;
  }

  private @Nullable Map<String, String> values(String path) {
    Map<String, String> values = new LinkedHashMap<>();
    int at = 1;
    for (Segment segment : segments) {
      int end = segmentEnd(path, at);
      if (segment.isName()) {
        String value = RawText.decode(path.substring(at, end));
        if (value == null) {
          return null;
        }
        values.put(segment.text(), value);
      }
      at = end + 1;
    }
    return values;
  }

  private static int segmentEnd(String path, int from) {
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.length() : slash;
  }
}
