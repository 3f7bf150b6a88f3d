package dev.tertulia.server.http;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The files of the page, and of the libraries that it uses.
///
/// A file is read once, compressed once, and kept; when the page is served from its sources, it is
/// read anew at each request. Safe for any thread.
public final class StaticFiles {
  private static final Pattern SAFE_PATH =
      Pattern.compile("@?[A-Za-z0-9_-][A-Za-z0-9_.-]*(/@?[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");

  private final PageSource source;
  private final boolean keep;
  private final ConcurrentHashMap<String, StaticFile> kept = new ConcurrentHashMap<>();

  /// @param keep whether a file, once read, is served from memory for ever
  public StaticFiles(PageSource source, boolean keep) {
    this.source = source;
    this.keep = keep;
  }

  /// Reads `path` ahead, so that the first who asks need not wait.
  public void warm(String path) {
    find(path);
  }

  /// The file whose path is what follows `prefix` in the address.
  Response under(String prefix, Request request) {
    return get(request.path().substring(prefix.length()), request);
  }

  Response get(String path, Request request) {
    StaticFile file = SAFE_PATH.matcher(path).matches() ? find(path) : null;
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
        return parts.length < 2 || !parts[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
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
