package dev.tertulia.server.http.page;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The JavaScript client as it is in its folder of sources, not built.
///
/// A built module, such as `tertulia.js`, is one that exports everything of its source below
/// `client/`.
///
/// @param folder `client-js`
/// @param built what is served if the folder does not exist
record ClientSources(Path folder, PageSource built) implements PageSource {
  private static final String SOURCES = "client/";
  private static final Set<String> TYPES = Set.of("tertulia.d.ts", "tertulia-view.d.ts");

  @Override
  public byte @Nullable [] read(String path) {
    if (path.startsWith(SOURCES)) {
      return source(path.substring(SOURCES.length()));
    }
    if (TYPES.contains(path)) {
      byte[] types = PageSource.file(folder.resolve(path));
      return types == null ? built.read(path) : types;
    }
    String main =
        switch (path) {
          case "tertulia.js" -> "index.js";
          case "tertulia-http.js", "tertulia-more.js", "tertulia-view.js" -> path;
          default -> null;
        };
    if (main == null) {
      return null;
    }
    return source(main) == null
        ? built.read(path)
        : "export * from './%s%s';\n".formatted(SOURCES, main).getBytes(StandardCharsets.UTF_8);
  }

  private byte @Nullable [] source(String name) {
    return PageSource.file(folder.resolve("src").resolve(name));
  }
}
