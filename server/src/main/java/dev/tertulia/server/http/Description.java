package dev.tertulia.server.http;

import java.util.Map;

/// The API, described for programs: OpenAPI 3.1, from the one file that says it.
public final class Description {
  private static final String FILE = "openapi.yaml";

  private final byte[] yaml;

  /// Reads it from the class path.
  public Description() {
    byte[] found = PageSource.resource(FILE);
    if (found == null) {
      throw new IllegalStateException(FILE + " is not on the class path");
    }
    yaml = found;
  }

  Response get(Request request) {
    return new Response(
        200,
        Map.of("Content-Type", "application/yaml; charset=utf-8", "Cache-Control", "no-cache"),
        yaml);
  }
}
