package dev.tertulia.server.http;

import java.util.Map;

/// The OpenAPI 3.1 description of the API, read from one file.
public final class Description {
  private static final String FILE = "openapi.yaml";

  private final byte[] yaml;

  /// Reads the description from the class path.
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
