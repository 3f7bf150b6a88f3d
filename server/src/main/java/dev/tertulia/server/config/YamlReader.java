package dev.tertulia.server.config;

import dev.tertulia.server.config.Node.Place;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads YAML 1.2 as [Node]s, in which every scalar is the text that was written.
///
/// Refused are anchors, aliases and tags, keys that are not texts or are there twice, several
/// documents, and whatever exceeds the bounds. A message never contains text of the document, which
/// may be a secret, except the names of keys.
final class YamlReader {
  /// The maximum size of a document, in characters.
  static final int MAX_CHARACTERS = 1 << 20;

  /// The maximum number of values in a document.
  static final int MAX_NODES = 100_000;

  /// The maximum depth of lists and mappings.
  static final int MAX_DEPTH = 16;

  /// The maximum length of a key that a message contains.
  private static final int SHOWN_KEY = 80;

  private final String source;
  private final Iterator<Event> events;
  private int nodes;

  private YamlReader(String source, Iterator<Event> events) {
    this.source = source;
    this.events = events;
  }

  /// The outcome of reading a document.
  sealed interface Result {
    /// A document.
    ///
    /// @param root `null` if it is empty
    record Document(@Nullable Node root) implements Result {}

    /// Not a document.
    ///
    /// @param problem where and why
    record Malformed(String problem) implements Result {}
  }

  /// Thrown within this class.
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(Place place, String why) {
      super(place + ": " + why, null, false, false);
    }
  }

  /// Reads a document. A pure function: for every text it returns, within time and memory that are
  /// proportional to the length.
  ///
  /// @param source the name of the document, for messages
  static Result read(String text, String source) {
    if (text.length() > MAX_CHARACTERS) {
      return new Result.Malformed(
          "%s: has %s characters, but may have at most %s"
              .formatted(source, text.length(), MAX_CHARACTERS));
    }
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(MAX_CHARACTERS).setLabel(source).build();
    try {
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      return new Result.Document(new YamlReader(source, events).document());
    } catch (Refusal e) {
      return new Result.Malformed(String.valueOf(e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      // Not its message, which quotes the line.
      Place place = place(source, e.getProblemMark().or(e::getContextMark));
      String problem = e.getProblem();
      return new Result.Malformed(
          place
              + ": not YAML: "
              + (problem.contains("tag handle") ? "tags are not allowed" : problem));
    } catch (ReaderException e) {
      return new Result.Malformed(
          String.format(
              Locale.ROOT,
              "%s: contains the character U+%04X, which YAML does not allow",
              position(source, text, e.getPosition()),
              e.getCodePoint()));
    } catch (YamlEngineException | NumberFormatException e) {
      return new Result.Malformed(source + ": not YAML 1.2");
    }
  }

  private @Nullable Node document() {
    Node root = null;
    boolean seen = false;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof DocumentStartEvent) {
        if (seen) {
          throw new Refusal(place(event), "a second document begins here, but there must be one");
        }
        seen = true;
        root = node(events.next(), 0);
        if (!(events.next() instanceof DocumentEndEvent)) {
          throw new IllegalStateException("the document does not end after its value");
        }
      }
    }
    return root;
  }

  private Node node(Event event, int depth) {
    Place place = place(event);
    if (++nodes > MAX_NODES) {
      throw new Refusal(place, "there are more than " + MAX_NODES + " values");
    }
    if (depth > MAX_DEPTH) {
      throw new Refusal(place, "lists and mappings are nested deeper than " + MAX_DEPTH);
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        check(place, scalar.getAnchor(), scalar.getTag());
        yield new Node.Scalar(text(scalar), place);
      }
      case SequenceStartEvent sequence -> {
        check(place, sequence.getAnchor(), sequence.getTag());
        List<Node> items = new ArrayList<>();
        for (Event next = events.next();
            !(next instanceof SequenceEndEvent);
            next = events.next()) {
          items.add(node(next, depth + 1));
        }
        yield new Node.Sequence(items, place);
      }
      case MappingStartEvent mapping -> {
        check(place, mapping.getAnchor(), mapping.getTag());
        yield new Node.Mapping(entries(depth), place);
      }
      case AliasEvent _ ->
          throw new Refusal(
              place, "aliases are not allowed: write a text that begins with '*' within quotes");
      default -> throw new IllegalStateException("unexpected " + event.getEventId());
    };
  }

  private Map<String, Node.Entry> entries(int depth) {
    Map<String, Node.Entry> entries = new LinkedHashMap<>();
    for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
      Place place = place(next);
      if (!(next instanceof ScalarEvent key)) {
        throw new Refusal(place, "a key must be a text");
      }
      check(place, key.getAnchor(), key.getTag());
      String name = key.getValue();
      Node.Entry earlier = entries.get(name);
      if (earlier != null) {
        throw new Refusal(
            place,
            "'%s' is there twice, first at %s"
                .formatted(name.substring(0, Math.min(name.length(), SHOWN_KEY)), earlier.key()));
      }
      entries.put(name, new Node.Entry(place, node(events.next(), depth + 1)));
    }
    return entries;
  }

  /// The text as it was written; nothing for the ways in which YAML writes nothing.
  private static String text(ScalarEvent scalar) {
    String text = scalar.getValue();
    return scalar.isPlain() && (text.equals("~") || text.equals("null")) ? "" : text;
  }

  private static void check(Place place, Optional<Anchor> anchor, Optional<String> tag) {
    if (anchor.isPresent()) {
      throw new Refusal(
          place, "anchors are not allowed: write a text that begins with '&' within quotes");
    }
    if (tag.isPresent()) {
      throw new Refusal(
          place, "tags are not allowed: write a text that begins with '!' within quotes");
    }
  }

  private Place place(Event event) {
    return place(source, event.getStartMark());
  }

  private static Place place(String source, Optional<Mark> mark) {
    return mark.map(it -> new Place(source, it.getLine() + 1, it.getColumn() + 1))
        .orElseGet(() -> Place.of(source));
  }

  /// @param codePoints the number of code points before the place
  private static Place position(String source, String text, int codePoints) {
    int end =
        text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
    int line = 1;
    int begin = 0;
    for (int at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
      line++;
      begin = at + 1;
    }
    return new Place(source, line, end - begin + 1);
  }
}
