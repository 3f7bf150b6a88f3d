package dev.tertulia.server.http.api;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.protocol.full.RawFields;
import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.protocol.full.RequestFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// The fields of one request over HTTP, wherever in it they stand: in the path, behind the `?`, in
/// a JSON body, or as a body of plain text, which is the `message`.
///
/// Strict: unknown and duplicate fields are refused by name. Each check returns a usable value; the
/// first failure is in [#problem], and then no returned value is meaningful. For one thread.
public final class ApiFields {
  private static final Set<String> LISTS = Set.of("to");

  private final RawFields raw;
  private final RequestFields fields;
  private final Language.Words common;
  private final ApiMessages words;
  private final Set<String> known;
  private final Set<String> numbers;
  private @Nullable Refusal problem;

  /// @param known the fields that there are, but for those in the path
  /// @param numbers those of them that are integers
  public ApiFields(Language language, Set<String> known, Set<String> numbers) {
    this.known = known;
    this.numbers = numbers;
    common = language.words();
    words = ApiMessages.of(language);
    RefusalMessages requests = RefusalMessages.of(language);
    raw = new RawFields(common, requests, known, LISTS);
    fields = new RequestFields(raw, common, requests);
  }

  /// Has a field of the path, which is always text.
  public void fromPath(String name, String value) {
    put(name, value);
  }

  /// Has a field from behind the `?`.
  public void fromQuery(String name, String value) {
    if (!known.contains(name) || LISTS.contains(name)) {
      refuse(words.unknownField().formatted(name));
    } else {
      put(name, numbers.contains(name) ? number(value) : value);
    }
  }

  /// Has the fields of a JSON body.
  public void fromJson(byte[] body) {
    if (!JsonText.isUtf8(body, 0, body.length)) {
      refuse(words.notUtf8());
      return;
    }
    try (JsonParser parser = JsonText.parser(body, 0, body.length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        refuse(common.notAnObject());
        return;
      }
      readObject(parser, body);
    } catch (JacksonException e) {
      refuse(common.notAnObject());
    }
    if (raw.unknown() != null) {
      refuse(words.unknownField().formatted(raw.unknown()));
    }
    if (raw.repeated() != null) {
      refuse(words.twice().formatted(raw.repeated()));
    }
  }

  private void readObject(JsonParser parser, byte[] body) {
    try {
      raw.read(parser, body, 0);
      if (parser.nextToken() != null) {
        refuse(common.notAnObject());
      }
    } catch (StreamConstraintsException e) {
      refuse(common.problemWith(JsonText.fieldOf(parser), e));
    }
  }

  /// Has a body of plain text as the `message`.
  public void fromText(byte[] body) {
    if (JsonText.isUtf8(body, 0, body.length)) {
      put("message", new String(body, StandardCharsets.UTF_8));
    } else {
      refuse(words.notUtf8());
    }
  }

  /// Has an `Idempotency-Key`, which is an `id`. Quotes around it are not part of it.
  public void fromKey(String header) {
    String key =
        header.length() >= 2 && header.startsWith("\"") && header.endsWith("\"")
            ? header.substring(1, header.length() - 1)
            : header;
    if (!JsonText.isText(key) || !TextRule.ID.fits(key)) {
      refuse(words.badKey().formatted(TextRule.ID.most()));
    } else if (!raw.put("id", key) && !key.equals(raw.get("id"))) {
      refuse(words.otherKey());
    }
  }

  /// The first thing that is wrong; `null` while nothing is.
  public @Nullable Refusal problem() {
    return problem != null ? problem : fields.problem();
  }

  /// Says that something is wrong, in a text for people.
  public void refuse(String why) {
    if (problem == null) {
      problem = new Refusal(ErrorCode.INVALID, why);
    }
  }

  /// Says that a field has a name in it that breaks the rule of `Identifier`.
  public void refuseIdentifier(String name) {
    fields.refuseIdentifier(name);
  }

  /// The room, which must be there.
  public RoomName room() {
    return fields.room();
  }

  /// A client that must be there.
  public ClientId client(String name) {
    ClientId client = optionalClient(name);
    if (client == null) {
      fields.requireThere(name);
      return new ClientId("-");
    }
    return client;
  }

  /// A client that may be left out.
  public @Nullable ClientId optionalClient(String name) {
    return fields.client(name);
  }

  /// What is to be said in a room.
  public Request.Chat chat() {
    return new Request.Chat(
        room(),
        fields.sender(),
        fields.message(true),
        fields.id("id"),
        fields.integer("reply_to", 1, Long.MAX_VALUE),
        fields.data());
  }

  /// What a notification is to say.
  public Request.Said said() {
    return fields.said();
  }

  /// A text of the path, which is there.
  public String pathText(String name) {
    String text = fields.plainText(name);
    return text == null ? "" : text;
  }

  /// Which page of a room's messages is asked for.
  public Request.History history() {
    Integer limit = fields.limit(Request.MAX_PAGE);
    return new Request.History(room(), fields.window(), limit == null ? Request.PAGE : limit);
  }

  /// How many are asked for.
  public int limit(int byDefault, int most) {
    Integer limit = fields.limit(most);
    return limit == null ? byDefault : limit;
  }

  /// A name of the asker's own making, at most 128 characters, that may be left out.
  public @Nullable String id(String name) {
    return fields.id(name);
  }

  /// A text that may be left out.
  public @Nullable String text(String name) {
    return fields.plainText(name);
  }

  /// A text that may be left out, of bounded length.
  ///
  /// @param most characters
  public @Nullable String text(String name, int most) {
    String text = fields.plainText(name);
    if (text != null && JsonText.length(text) > most) {
      refuse(common.tooLong().formatted(name, most));
    }
    return text;
  }

  /// Clients that must be there, each once.
  ///
  /// @param most how many there may be
  public List<ClientId> clients(String name, int most) {
    List<ClientId> clients = new ArrayList<>();
    if (raw.get(name) == null) {
      fields.requireThere(name);
      return clients;
    }
    if (raw.get(name) instanceof RawFields.Texts texts
        && !texts.list().isEmpty()
        && texts.list().size() <= most) {
      for (Object text : texts.list()) {
        ClientId client = text instanceof String id ? fields.client(name, id) : null;
        if (client != null) {
          clients.add(client);
        }
      }
      if (clients.size() == texts.list().size()) {
        return clients.stream().distinct().toList();
      }
    }
    if (fields.problem() == null) {
      refuse(words.noClients().formatted(name, most));
    }
    return clients;
  }

  private void put(String name, Object value) {
    String problem = value instanceof String text ? common.problemWith(name, text) : null;
    if (problem != null) {
      refuse(problem);
    } else if (!raw.put(name, value)) {
      refuse(words.twice().formatted(name));
    }
  }

  private static Object number(String text) {
    try {
      return isInteger(text) ? Long.valueOf(text) : RawFields.OF_NO_KIND;
    } catch (NumberFormatException outOfRange) {
      return RawFields.OF_NO_KIND;
    }
  }

  /// Whether `text` is an integer of up to 19 digits.
  private static boolean isInteger(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - first;
    return digits >= 1
        && digits <= 19
        && text.chars().skip(first).allMatch(c -> c >= '0' && c <= '9');
  }
}
