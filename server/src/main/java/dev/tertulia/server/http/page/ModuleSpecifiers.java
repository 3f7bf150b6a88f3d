package dev.tertulia.server.http.page;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces the bare specifiers by which JavaScript modules import libraries (`lit`,
/// `lit/directives/repeat.js`) by addresses relative to the module, which are good wherever the
/// server is.
///
/// Browsers can do this with an import map, but only with an inline one, which the strict policy of
/// the page forbids.
final class ModuleSpecifiers {
  private static final Pattern IMPORT =
      Pattern.compile("(\\b(?:from|import)\\s*\\(?\\s*)([\"'])([@A-Za-z][^\"']*)\\2");
  private static final Pattern SOURCE_MAP = Pattern.compile("(?m)^//# sourceMappingURL=.*$");

  /// The libraries that are served. Other specifiers are left unchanged.
  static final Set<String> LIBRARIES =
      Set.of("lit", "lit-html", "lit-element", "@lit/reactive-element");

  private ModuleSpecifiers() {}

  /// @param path the path of the module below `/static/`
  static byte[] resolve(byte[] module, String path) {
    long folders = path.chars().filter(letter -> letter == '/').count();
    String vendor = (folders == 0 ? "./" : "../".repeat((int) folders)) + WebJars.PREFIX;
    String source = new String(module, StandardCharsets.UTF_8);
    String resolved =
        IMPORT
            .matcher(source)
            .replaceAll(m ->
                Matcher.quoteReplacement(
                    m.group(1) + m.group(2) + address(m.group(3), vendor) + m.group(2)));
    return SOURCE_MAP.matcher(resolved).replaceAll("").getBytes(StandardCharsets.UTF_8);
  }

  private static String address(String specifier, String vendor) {
    for (String library : LIBRARIES) {
      if (specifier.equals(library)) {
        return vendor + library + "/" + mainFile(library);
      }
      if (specifier.startsWith(library + "/")) {
        return vendor + specifier;
      }
    }
    return specifier;
  }

  private static String mainFile(String library) {
    return library.equals("lit") ? "index.js" : library.replaceFirst("^@lit/", "") + ".js";
  }
}
