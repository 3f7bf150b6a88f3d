package dev.tertulia.server.http.page;

import dev.tertulia.server.http.ContentSecurity;
import dev.tertulia.server.model.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// A file as it is served.
///
/// @param gzipped the compressed content, if it is smaller
/// @param hash the hash of `bytes`, for the `ETag`
/// @param policy the Content-Security-Policy, for pages
record StaticFile(
    byte[] bytes,
    byte @Nullable [] gzipped,
    String hash,
    String contentType,
    @Nullable String policy) {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "ts", "text/plain; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json",
          "webmanifest", "application/manifest+json",
          "png", "image/png",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  /// Reads the file at `path`, if it exists and is of a served type.
  static @Nullable StaticFile read(String path, PageSource source) {
    int dot = path.lastIndexOf('.');
    String type = dot < 0 ? null : TYPES.get(path.substring(dot + 1));
    byte[] bytes = type == null ? null : source.read(path);
    if (type == null || bytes == null) {
      return null;
    }
    if (path.endsWith(".js")) {
      bytes = ModuleSpecifiers.resolve(bytes, path);
    }
    String policy =
        path.endsWith(".html")
            ? ContentSecurity.policyFor(new String(bytes, StandardCharsets.UTF_8))
            : null;
    byte[] hash = Arrays.copyOf(Digests.sha256(bytes), 12);
    return new StaticFile(
        bytes, gzip(bytes), Base64.getUrlEncoder().encodeToString(hash), type, policy);
  }

  /// Whether it may refer to other files.
  boolean isText() {
    return !contentType.startsWith("image/") && !contentType.startsWith("font/");
  }

  private static byte @Nullable [] gzip(byte[] bytes) {
    ByteArrayOutputStream small = new ByteArrayOutputStream(bytes.length / 2 + 64);
    try (GZIPOutputStream out = new GZIPOutputStream(small)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return small.size() < bytes.length ? small.toByteArray() : null;
  }
}
