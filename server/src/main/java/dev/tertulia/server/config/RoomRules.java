package dev.tertulia.server.config;

import java.util.ArrayList;
import java.util.List;

/// The rules of all rooms. The first rule whose pattern matches the name of a room applies to it.
///
/// @param rules in the order in which they are tried
public record RoomRules(List<RoomRule> rules) {
  private static final RoomRule ORDINARY =
      new RoomRule("*", RoomRule.Kind.DURABLE, RoomRule.Access.PUBLIC, null, 0, 0, 0, true);

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

  /// Parses rules separated by `;`.
  ///
  /// @throws ConfigException if one of them is not valid
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
