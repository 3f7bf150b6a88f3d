package dev.tertulia.server.http.page;

import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Serves the files of the page and of its libraries.
///
/// A file is read and compressed once and then kept; when the page is served from its sources, it
/// is read again at each request. Safe for any thread.
public final class StaticFiles {
  private final PageSource source;
  private final boolean keep;
  private final ConcurrentHashMap<String, StaticFile> kept = new ConcurrentHashMap<>();

  /// @param keep whether files are kept in memory once they have been read
  public StaticFiles(PageSource source, boolean keep) {
    this.source = source;
    this.keep = keep;
  }

  /// Reads `path` in advance, so that the first request does not wait.
  public void warm(String path) {
    find(path);
  }

  /// Serves the file whose path follows `prefix` in the address.
  public Response under(String prefix, Request request) {
    return get(request.rawPath().substring(prefix.length()), request);
  }

  public Response get(String path, Request request) {
    StaticFile file = isSafe(path) ? find(path) : null;
    if (file == null) {
      return Router.notFound();
    }
    String encodings = request.headers().get("Accept-Encoding");
    boolean gzip = file.gzipped() != null && encodings != null && accepts(encodings, "gzip");
    String etag = '"' + file.hash() + (gzip ? "-gz\"" : "\"");
    Map<String, String> headers = new HashMap<>();
    headers.put("ETag", etag);
    headers.put("Cache-Control", "no-cache");
    headers.put("Vary", "Accept-Encoding");
    headers.put("Content-Type", file.contentType());
    if (file.policy() != null) {
      headers.put("Content-Security-Policy", file.policy());
    }
    String known = request.headers().get("If-None-Match");
    if (known != null && matches(known, etag)) {
      return Response.empty(304, headers);
    }
    if (gzip && file.gzipped() != null) {
      headers.put("Content-Encoding", "gzip");
      return new Response(200, headers, file.gzipped());
    }
    return new Response(200, headers, file.bytes());
  }

  /// Whether every segment of `path` is a name of letters, digits and `_-.` that does not begin
  /// with a dot, optionally after an `@`. Takes linear time for any number of segments.
  private static boolean isSafe(String path) {
    boolean begins = true;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (begins) {
        if (c == '@' && i + 1 < path.length()) {
          c = path.charAt(++i);
        }
        if (!isOfName(c)) {
          return false;
        }
        begins = false;
      } else if (c == '/') {
        begins = true;
      } else if (c != '.' && !isOfName(c)) {
        return false;
      }
    }
    return !begins;
  }

  private static boolean isOfName(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  private @Nullable StaticFile find(String path) {
    StaticFile file = kept.get(path);
    if (file == null) {
      file = StaticFile.read(path, source);
      if (file != null && keep) {
        kept.put(path, file);
      }
    }
    return file;
  }

  private static boolean accepts(String encodings, String wanted) {
    for (String encoding : encodings.split(",", -1)) {
      String[] parts = encoding.strip().split(";", -1);
      if (parts[0].strip().equalsIgnoreCase(wanted)) {
        return parts.length < 2 || !isNever(parts[1].strip());
      }
    }
    return false;
  }

  /// Whether `weight` is a quality value of 0.
  private static boolean isNever(String weight) {
    if (!weight.startsWith("q=0")) {
      return false;
    }
    String rest = weight.substring(3);
    return rest.isEmpty()
        || (rest.charAt(0) == '.' && rest.chars().skip(1).allMatch(digit -> digit == '0'));
  }

  private static boolean matches(String known, String etag) {
    for (String candidate : known.split(",", -1)) {
      String tag = candidate.strip();
      if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
        return true;
      }
    }
    return false;
  }
}
