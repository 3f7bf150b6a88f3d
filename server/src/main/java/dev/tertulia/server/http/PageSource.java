package dev.tertulia.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the page's files come from: packed with the server, or straight from the sources.
public interface PageSource {
  /// The file at `path`, or `null` if there is none.
  ///
  /// @param path relative, of safe characters, without `..`
  byte @Nullable [] read(String path);

  /// The page that is packed with the server, and the libraries that it uses.
  static PageSource packed() {
    WebJars libraries = new WebJars();
    return path -> path.startsWith(WebJars.PREFIX) ? libraries.read(path) : resource("web/" + path);
  }

  /// The page in a folder of sources; the libraries are the packed ones.
  static PageSource sources(Path folder) {
    WebJars libraries = new WebJars();
    return path ->
        path.startsWith(WebJars.PREFIX) ? libraries.read(path) : file(folder.resolve(path));
  }

  /// A resource of the class path.
  static byte @Nullable [] resource(String name) {
    try (InputStream in = PageSource.class.getClassLoader().getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte @Nullable [] file(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
