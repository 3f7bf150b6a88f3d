package dev.tertulia.server.http.page;

import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import java.util.Arrays;
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

  /// Kept like the files. Two threads that find it missing find the same.
  private volatile @Nullable Shell shell;

  /// @param keep whether files are kept in memory once they have been read
  public StaticFiles(PageSource source, boolean keep) {
    this.source = source;
    this.keep = keep;
  }

  /// Reads the page and all of its files in advance, so that the first request does not wait.
  public void warm() {
    shell();
  }

  /// Serves the page, and says of which version its files are, unless that is not known yet: no
  /// page waits for it while the server starts. A page without a version gets its files from the
  /// network.
  public Response page(Request request) {
    Response page = get("index.html", request);
    Shell known = keep ? shell : shell();
    return known == null ? page : page.with("Shell-Version", known.version());
  }

  /// Serves the service worker of the page, which begins with the list of the page's files: so it
  /// is another one whenever one of the files is.
  public Response serviceWorker(Request request) {
    byte[] list = shell().asScript();
    StaticFile worker =
        StaticFile.read(
            "service-worker.js",
            path -> {
              byte[] script = source.read(path);
              return script == null ? null : joined(list, script);
            });
    return worker == null ? Router.notFound() : answer(worker, request);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private Shell shell() {
    Shell known = shell;
    if (known == null) {
      known = Shell.of(path -> isSafe(path) ? find(path) : null);
      shell = keep ? known : null;
    }
    return known;
  }

  /// Serves the file whose path follows `prefix` in the address.
  public Response under(String prefix, Request request) {
    return get(request.rawPath().substring(prefix.length()), request);
  }

  public Response get(String path, Request request) {
    StaticFile file = isSafe(path) ? find(path) : null;
    return file == null ? Router.notFound() : answer(file, request);
  }

  /// Serves a file uncompressed and completely, whatever the client already has of it.
  public Response whole(String path) {
    StaticFile file = isSafe(path) ? find(path) : null;
    return file == null ? Router.notFound() : whole(file, headers(file));
  }

  private static Response answer(StaticFile file, Request request) {
    String encodings = request.headers().get("Accept-Encoding");
    boolean gzip = file.gzipped() != null && encodings != null && accepts(encodings, "gzip");
    String etag = '"' + file.hash() + (gzip ? "-gz\"" : "\"");
    Map<String, String> headers = headers(file);
    headers.put("ETag", etag);
    String known = request.headers().get("If-None-Match");
    if (known != null && matches(known, etag)) {
      return Response.empty(304, headers);
    }
    if (gzip && file.gzipped() != null) {
      headers.put("Content-Encoding", "gzip");
      return new Response(200, headers, file.gzipped());
    }
    return whole(file, headers);
  }

  private static Map<String, String> headers(StaticFile file) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Cache-Control", "no-cache");
    headers.put("Vary", "Accept-Encoding");
    headers.put("Content-Type", file.contentType());
    if (file.policy() != null) {
      headers.put("Content-Security-Policy", file.policy());
    }
    return headers;
  }

  private static Response whole(StaticFile file, Map<String, String> headers) {
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
