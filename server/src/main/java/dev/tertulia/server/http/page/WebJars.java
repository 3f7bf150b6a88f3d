package dev.tertulia.server.http.page;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The JavaScript libraries of the page, each from its WebJar on the class path.
///
/// An address names a library and a file without a version; the version is the one in the build.
final class WebJars {
  /// The prefix of the paths of libraries.
  static final String PREFIX = "vendor/";

  private final ConcurrentHashMap<String, String> folders = new ConcurrentHashMap<>();

  byte @Nullable [] read(String path) {
    String rest = path.substring(PREFIX.length());
    for (String library : ModuleSpecifiers.LIBRARIES) {
      if (rest.startsWith(library + "/")) {
        String folder = folders.computeIfAbsent(library, WebJars::folder);
        return PageSource.resource(folder + rest.substring(library.length() + 1));
      }
    }
    return null;
  }

  private static String folder(String library) {
    String artifact = library.replaceFirst("^@", "").replace("/", "__");
    byte[] pom =
        PageSource.resource("META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties");
    if (pom == null) {
      throw new IllegalStateException("the WebJar of " + library + " is not on the class path");
    }
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(new String(pom, StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("version");
    return "META-INF/resources/webjars/" + artifact + "/" + version + "/";
  }
}
