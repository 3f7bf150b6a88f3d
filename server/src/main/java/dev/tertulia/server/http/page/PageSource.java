package dev.tertulia.server.http.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The source of the files of the page: the server's jar, or a folder of sources.
public interface PageSource {
  /// The file at `path`, or `null` if there is none.
  ///
  /// @param path a relative path of safe characters, without `..`
  byte @Nullable [] read(String path);

  /// The page and its libraries, as packaged with the server.
  static PageSource packed() {
    WebJars libraries = new WebJars();
    return path -> path.startsWith(WebJars.PREFIX) ? libraries.read(path) : resource("web/" + path);
  }

  /// The page in a folder of sources, and the JavaScript client in `client-js` beside that folder.
  /// Libraries come from the packaged page, and so does the client if its sources are not there.
  static PageSource sources(Path folder) {
    PageSource packed = packed();
    ClientSources client =
        new ClientSources(folder.toAbsolutePath().normalize().resolveSibling("client-js"), packed);
    return path -> {
      if (path.startsWith(WebJars.PREFIX)) {
        return packed.read(path);
      }
      byte[] page = file(folder.resolve(path));
      return page == null ? client.read(path) : page;
    };
  }

  /// A resource of the class path.
  static byte @Nullable [] resource(String name) {
    try (InputStream in = PageSource.class.getClassLoader().getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The file at `file`, or `null` if there is none.
  static byte @Nullable [] file(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
