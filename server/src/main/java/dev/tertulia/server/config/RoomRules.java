package dev.tertulia.server.config;

import java.util.ArrayList;
import java.util.List;

/// The rules of all rooms: for each, the first whose pattern matches its name.
///
/// @param rules in the order in which they are looked at
public record RoomRules(List<RoomRule> rules) {
  private static final RoomRule ORDINARY =
      new RoomRule("*", RoomRule.Kind.DURABLE, RoomRule.Access.PUBLIC, null, 0, 0, 0, true);

  public RoomRules {
    rules = List.copyOf(rules);
  }

  /// What holds for `room`; where no rule does, it is durable and public.
  public RoomRule of(String room) {
    for (RoomRule rule : rules) {
      if (rule.matches(room)) {
        return rule;
      }
    }
    return ORDINARY;
  }

  /// Reads rules separated by `;`.
  ///
  /// @throws ConfigException if one is none
  static RoomRules parse(String text) {
    List<RoomRule> rules = new ArrayList<>();
    for (String rule : text.split(";", -1)) {
      if (!rule.isBlank()) {
        rules.add(RoomRule.parse(rule));
      }
    }
    return new RoomRules(rules);
  }
}
