package dev.tertulia.server.config;

import dev.tertulia.server.auth.NamePattern;
import java.util.List;

/// The rules of all rooms. The first rule whose pattern matches the name of a room applies to it.
///
/// @param rules in the order in which they are tried
public record RoomRules(List<RoomRule> rules) {
  /// The maximum number of rules, because each room is compared with all of them.
  public static final int MAX_RULES = 1_000;

  private static final RoomRule ORDINARY = RoomRule.ordinary(new NamePattern("*"));

  public RoomRules {
    rules = List.copyOf(rules);
  }

  /// The rule for `room`; without a matching one, a durable and public room.
  public RoomRule of(String room) {
    for (RoomRule rule : rules) {
      if (rule.matches(room)) {
        return rule;
      }
    }
    return ORDINARY;
  }

  static RoomRules from(Value list) {
    List<RoomRule> rules = RoomRule.all(list);
    if (rules.size() > MAX_RULES) {
      list.report("has more than " + MAX_RULES + " rules");
    }
    return new RoomRules(rules);
  }
}
