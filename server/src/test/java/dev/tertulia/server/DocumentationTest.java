package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the documentation names exists: classes and their packages, tests, files, pages and their
/// sections.
final class DocumentationTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  /// Names of other programs and libraries.
  private static final Set<String> FOREIGN =
      Set.of(
          "AdaptiveCalculator",
          "ByteBuf",
          "ChannelOutboundBuffer",
          "ConcurrentWebSocketSessionDecorator",
          "ConnectionManager",
          "DefaultChannelId",
          "DefaultChannelPipeline",
          "EventSource",
          "FastAPI",
          "InetSocketAddress",
          "IoUringSocketChannel",
          "LinuxSocket",
          "MemoryDenyWriteExecute",
          "NullMarked",
          "StaticFiles",
          "TextWebSocketHandler",
          "Uint8Array",
          "WebSocket",
          "WebSocketDisconnect",
          "WriteOperation",
          "WriteOperationTracker");

  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

  /// A class, perhaps behind its packages, that is not part of something longer.
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w./=:-])((?:[a-z0-9]+[/.])*)([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)*)\\b");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w+)");

  private static List<Path> pages = List.of();
  private static List<Path> sources = List.of();
  private static Set<String> types = Set.of();

  @BeforeAll
  static void find() throws IOException {
    pages = new ArrayList<>(files("docs", path -> path.endsWith(".md")));
    for (String page : List.of("README", "README.es", "CONTRIBUTING", "CHANGELOG", "SECURITY")) {
      pages.add(PROJECT.resolve(page + ".md"));
    }
    pages.add(PROJECT.resolve("bench/RESULTS.md"));
    pages.add(PROJECT.resolve("bench/peers/README.md"));
    sources = new ArrayList<>();
    for (String folder : List.of("server/src", "client-java/src", "bench/jmh", "bench/jcstress")) {
      sources.addAll(files(folder, path -> path.endsWith(".java")));
    }
    types = new HashSet<>();
    for (Path source : sources) {
      matches(TYPE, Files.readString(source)).forEach(type -> types.add(type.group(1)));
    }
  }

  @Test
  void everyMentionedClassExistsAtThatPath() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (Path page : pages) {
      for (MatchResult code : matches(CODE, Files.readString(page))) {
        for (MatchResult name : matches(NAME, code.group(1))) {
          if (!exists(name.group(1).replace('.', '/'), name.group(2))) {
            missing.add(PROJECT.relativize(page) + ": " + name.group());
          }
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean exists(String folder, String name) {
    if (!folder.isEmpty()) {
      return sources.stream().anyMatch(source -> source.endsWith(folder + name + ".java"));
    }
    // A single word may be any word.
    boolean word = name.chars().skip(1).noneMatch(Character::isUpperCase);
    return word || FOREIGN.contains(name) || types.contains(name);
  }

  @Test
  void everyLinkHasATarget() throws IOException {
    Set<String> dead = new TreeSet<>();
    for (Path page : pages) {
      for (MatchResult link : matches(LINK, Files.readString(page))) {
        Path target =
            link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
        String section = link.group(2);
        if (!Files.exists(target) || (section != null && !sections(target).contains(section))) {
          dead.add(PROJECT.relativize(page) + ": " + link.group());
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  /// The anchors that a page has, one for each heading.
  private static Set<String> sections(Path page) throws IOException {
    return matches(HEADING, Files.readString(page)).stream()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  /// What is promised names the tests that hold it, in every language the same.
  @Test
  void bothReadmesMakeTheSamePromisesAndUseTheSameCommands() throws IOException {
    String english = Files.readString(PROJECT.resolve("README.md"));
    String spanish = Files.readString(PROJECT.resolve("README.es.md"));
    assertThat(tests(spanish)).isEqualTo(tests(english)).hasSizeGreaterThan(20);
    for (String page : List.of(english, spanish)) {
      assertThat(page)
          .contains("\n```\n./tertulia serve\n```\n", "\n```\n./tertulia test\n```\n")
          .contains("/api/v1/clients/ana/notifications\n```\n");
    }
  }

  private static List<String> tests(String page) {
    return matches(Pattern.compile("`(\\w+Test)`"), page).stream()
        .map(test -> test.group(1))
        .toList();
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static List<Path> files(String folder, Predicate<String> which) throws IOException {
    try (Stream<Path> all = Files.walk(PROJECT.resolve(folder))) {
      return all.filter(path -> which.test(path.toString())).toList();
    }
  }
}
