package dev.tertulia.server.protocol;

import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Both readers, with requests generated from the parts of valid ones, some of them with a few
/// bytes changed: closer to valid requests than what [FuzzedReadersTest] finds in a short time.
final class GeneratedRequestsTest {
  private static final int REQUESTS = 30_000;

  /// All that a request may have, in the same order in each run, and one that it may not.
  private static final String[] NAMES =
      Stream.concat(
              Arrays.stream(Name.values()).map(Name::wireName).sorted(), Stream.of("ref", "x"))
          .toArray(String[]::new);

  private static final String[] TYPES = {
    "hello",
    "ping",
    "join",
    "leave",
    "chat",
    "chat",
    "chat",
    "edit",
    "delete",
    "react",
    "typing",
    "read",
    "history",
    "presence",
    "rooms",
    "notification",
    "broadcast_notification",
    "ack",
    "shown",
    "inbox",
    "inbox_read",
    "revoke",
    "nonsense"
  };
  private static final String[] TEXTS = {
    "",
    "r",
    "lobby",
    "t:1",
    "é😀",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\udc00x",
    "\\u0000",
    "\\n\\\"\\\\\\/",
    "..",
    "a b",
    "\u2028"
  };
  private static final String[] NUMBERS = {
    "0",
    "1",
    "-1",
    "50",
    "201",
    "9223372036854775807",
    "9223372036854775808",
    "1.0",
    "-0.5e-3",
    "1E9"
  };
  private static final String[] SPACES = {"", "", "", " ", "\t", "\n", "\r", " \n "};

  private final Seeded seeded = Seeded.print();
  private final RandomGenerator random = seeded.random();

  @Test
  void noRequestThrows() {
    for (int i = 0; i < REQUESTS; i++) {
      byte[] text = request().getBytes(StandardCharsets.UTF_8);
      for (int changes = random.nextInt(8) - 5; changes > 0; changes--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt();
      }
      try {
        ReadersTarget.fuzzerTestOneInput(text);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(seeded + ": " + new String(text, StandardCharsets.UTF_8), e);
      }
    }
  }

  private String request() {
    StringBuilder json = new StringBuilder("{");
    json.append("\"type\":\"").append(one(TYPES)).append("\",\"room\":\"r\"");
    for (int fields = random.nextInt(5); fields > 0; fields--) {
      json.append(space()).append(",\"").append(one(NAMES)).append("\":").append(value(3));
    }
    return json.append('}').append(space()).toString();
  }

  private String value(int depth) {
    String value =
        switch (random.nextInt(depth > 0 ? 6 : 4)) {
          case 0 -> one(NUMBERS);
          case 1 -> one(new String[] {"null", "true", "false"});
          case 2, 3 -> '"' + one(TEXTS) + one(TEXTS) + '"';
          case 4 -> {
            StringBuilder array = new StringBuilder("[").append(space());
            for (int i = random.nextInt(3); i > 0; i--) {
              array.append(value(depth - 1)).append(i > 1 ? "," : "");
            }
            yield array.append(']').toString();
          }
          default -> {
            StringBuilder object = new StringBuilder("{");
            for (int i = random.nextInt(3); i > 0; i--) {
              object
                  .append('"')
                  .append(one(TEXTS))
                  .append(i)
                  .append("\":")
                  .append(value(depth - 1))
                  .append(i > 1 ? "," : "");
            }
            yield object.append('}').toString();
          }
        };
    return space() + value + space();
  }

  private String space() {
    return one(SPACES);
  }

  private String one(String[] of) {
    return of[random.nextInt(of.length)];
  }
}
