package dev.tertulia.server.http.page;

import dev.tertulia.server.model.Digests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The page and all files that it refers to, directly or through others: what a browser needs to
/// show the page without the server.
///
/// @param version differs whenever one of the files does
/// @param files the hash of each, by its address relative to the page
record Shell(String version, Map<String, String> files) {
  /// The address of the page.
  static final String PAGE = "./";

  private static final String STATIC = "static/";

  /// Any address in quotes or parentheses: one that begins with a dot is relative to the file that
  /// contains it, one that begins with `static/` to the page.
  private static final Pattern REFERENCE =
      Pattern.compile("[\"'`(](\\.{1,2}/[\\w./@-]+|static/[\\w./@-]+)");

  /// Follows all references from the page.
  ///
  /// @param file finds a file by its path below `/static/`; `null` if there is none
  static Shell of(Function<String, @Nullable StaticFile> file) {
    TreeMap<String, String> files = new TreeMap<>();
    ArrayDeque<String> toRead = new ArrayDeque<>();
    toRead.add(PAGE);
    while (!toRead.isEmpty()) {
      String address = toRead.remove();
      StaticFile found =
          files.containsKey(address)
              ? null
              : file.apply(
                  address.equals(PAGE) ? "index.html" : address.substring(STATIC.length()));
      if (found != null) {
        files.put(address, found.hash());
        if (found.isText()) {
          Matcher references = REFERENCE.matcher(new String(found.bytes(), StandardCharsets.UTF_8));
          while (references.find()) {
            String written = references.group(1);
            String reference = written.startsWith(STATIC) ? written : resolve(address, written);
            if (reference.startsWith(STATIC) && !reference.endsWith(".html")) {
              toRead.add(reference);
            }
          }
        }
      }
    }
    byte[] all = files.toString().getBytes(StandardCharsets.UTF_8);
    byte[] hash = Arrays.copyOf(Digests.sha256(all), 12);
    return new Shell(Base64.getUrlEncoder().encodeToString(hash), files);
  }

  /// The address that a relative one means in the file at `base`; empty for one above the page.
  private static String resolve(String base, String relative) {
    ArrayDeque<String> segments = new ArrayDeque<>();
    for (String segment :
        (base.substring(0, base.lastIndexOf('/')) + "/" + relative).split("/", -1)) {
      if (segment.equals("..")) {
        if (segments.pollLast() == null) {
          return "";
        }
      } else if (!segment.equals(".") && !segment.isEmpty()) {
        segments.add(segment);
      }
    }
    return String.join("/", segments);
  }

  /// The statement that tells the service worker what there is. Addresses and hashes contain
  /// nothing that JavaScript would escape.
  byte[] asScript() {
    StringBuilder script = new StringBuilder();
    script.append("const SHELL = {\"version\":\"").append(version).append("\",\"files\":{");
    String separator = "";
    for (Map.Entry<String, String> file : files.entrySet()) {
      script.append(separator).append('"').append(file.getKey()).append("\":\"");
      script.append(file.getValue()).append('"');
      separator = ",";
    }
    return script.append("}};\n").toString().getBytes(StandardCharsets.UTF_8);
  }
}
