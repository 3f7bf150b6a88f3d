package dev.tertulia.server.config;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The policy of all rooms whose names match a pattern.
///
/// @param pattern a room name in which `*` matches any sequence of characters, including none
/// @param keep the retention time of entries; `null` for no limit
/// @param entries the maximum number of entries kept, amendments included; 0 for no limit
/// @param bytes the maximum size of the entries kept, in bytes; 0 for no limit
/// @param clients the maximum number of clients in the room at once; 0 for no limit
/// @param departures whether the room is told when the last connection of a client closes
public record RoomRule(
    String pattern,
    Kind kind,
    Access access,
    @Nullable Duration keep,
    long entries,
    long bytes,
    int clients,
    boolean departures) {
  /// The number of messages that a room of kind `memory` keeps by default.
  public static final long MEMORY_ENTRIES = 1_000;

  /// Where the entries of a room are kept.
  public enum Kind {
    /// In the database: clients that were away catch up.
    DURABLE,
    /// In memory, until the server stops.
    MEMORY,
    /// Nowhere: only clients that are in the room receive a message. For cursors and games.
    SIGNAL
  }

  /// Who may enter a room.
  public enum Access {
    /// Any client.
    PUBLIC,
    /// The members of the room.
    MEMBERS,
    /// The members of the room, two at most.
    DIRECT
  }

  /// Whether the rule applies to `room`.
  public boolean matches(String room) {
    int at = 0;
    int in = 0;
    int star = -1;
    int afterStar = 0;
    while (in < room.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        afterStar = in;
      } else if (at < pattern.length() && pattern.charAt(at) == room.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++afterStar;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  /// Parses a rule of the form `PATTERN: WORD KEY=VALUE …`, such as `team.*: members keep=90d
  /// clients=500`.
  ///
  /// @throws ConfigException if `text` is not a valid rule
  static RoomRule parse(String text) {
    int colon = text.lastIndexOf(": ");
    String pattern = colon < 0 ? text.strip() : text.substring(0, colon).strip();
    if (colon < 0 || !pattern.matches("[A-Za-z0-9_\\-.:@=+|~*]{1,128}")) {
      throw wrong(
          text, "must begin with a pattern, a colon and a space, such as 'team.*: members'");
    }
    RoomRule rule = new RoomRule(pattern, Kind.DURABLE, Access.PUBLIC, null, 0, 0, 0, true);
    for (String word : text.substring(colon + 1).strip().split("[\\s,]+", -1)) {
      rule = rule.with(word, text);
    }
    if (rule.kind == Kind.SIGNAL && (rule.keep != null || rule.entries > 0 || rule.bytes > 0)) {
      throw wrong(text, "stores nothing ('signal'), so keep, entries and bytes can't be set");
    }
    return rule.kind == Kind.MEMORY && rule.entries == 0 ? rule.withEntries(MEMORY_ENTRIES) : rule;
  }

  private RoomRule with(String word, String text) {
    int equals = word.indexOf('=');
    String value = word.substring(equals + 1);
    return switch (equals < 0 ? word : word.substring(0, equals + 1)) {
      case "durable", "memory", "signal" -> withKind(Kind.valueOf(word.toUpperCase(Locale.ROOT)));
      case "public", "members", "direct" ->
          withAccess(Access.valueOf(word.toUpperCase(Locale.ROOT)));
      case "keep=" -> withKeep(Settings.parseDuration(value), text);
      case "entries=" -> withEntries(atLeastOne(Settings.parseNumber(value), text));
      case "bytes=" -> withBytes(atLeastOne(Settings.parseBytes(value), text));
      case "clients=" ->
          withClients(
              Math.toIntExact(
                  Math.min(atLeastOne(Settings.parseNumber(value), text), Integer.MAX_VALUE)));
      case "departures=" -> withDepartures(onOrOff(value, text));
      default ->
          throw wrong(
              text,
              "contains '%s', but must use only durable, memory, signal, public, members, direct, keep=90d, entries=N, bytes=1GiB, clients=N and departures=on|off"
                  .formatted(word));
    };
  }

  private static long atLeastOne(@Nullable Long value, String text) {
    if (value == null || value < 1) {
      throw wrong(text, "needs whole numbers of at least 1, and sizes such as 64MiB");
    }
    return value;
  }

  private static boolean onOrOff(String value, String text) {
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default -> throw wrong(text, "needs departures=on or departures=off");
    };
  }

  private RoomRule withKind(Kind it) {
    return new RoomRule(pattern, it, access, keep, entries, bytes, clients, departures);
  }

  private RoomRule withAccess(Access it) {
    return new RoomRule(pattern, kind, it, keep, entries, bytes, clients, departures);
  }

  private RoomRule withKeep(@Nullable Duration it, String text) {
    if (it == null || it.isZero()) {
      throw wrong(text, "needs a duration above zero such as keep=12h or keep=90d");
    }
    return new RoomRule(pattern, kind, access, it, entries, bytes, clients, departures);
  }

  private RoomRule withEntries(long it) {
    return new RoomRule(pattern, kind, access, keep, it, bytes, clients, departures);
  }

  private RoomRule withBytes(long it) {
    return new RoomRule(pattern, kind, access, keep, entries, it, clients, departures);
  }

  private RoomRule withClients(int it) {
    return new RoomRule(pattern, kind, access, keep, entries, bytes, it, departures);
  }

  private RoomRule withDepartures(boolean it) {
    return new RoomRule(pattern, kind, access, keep, entries, bytes, clients, it);
  }

  private static ConfigException wrong(String text, String why) {
    return new ConfigException(
        "rooms.rules (%s): the rule '%s' %s"
            .formatted(Setting.ROOMS_RULES.environmentName(), text.strip(), why));
  }
}
