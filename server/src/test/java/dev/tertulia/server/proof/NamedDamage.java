package dev.tertulia.server.proof;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The four ways in which an answer from a damaged folder may differ from what was stored, because
/// the damage is named in it.
final class NamedDamage {
  private NamedDamage() {}

  /// Whether `answer` names damage, and differs in nothing else.
  ///
  /// @param answers all answers from the damaged folder, by question
  /// @param expected those of the folder before
  static boolean explains(
      String question, String answer, Map<String, String> answers, Map<String, String> expected) {
    String stored = expected.getOrDefault(question, "");
    return answer.startsWith("named: ")
        || isTheSameButForWhatIsUnreadable(answer, stored)
        || (question.startsWith("inbox of ")
            && isTheSameInboxButForWhatIsUnreadable(question, answers, expected))
        || (question.startsWith("rooms of ") && isTheSameButForMissingRooms(answer, stored));
  }

  /// Whether the only difference is that entries are said to be unreadable, each in the place of
  /// one at most. What could not be read may have been no message, and so take the place of an
  /// older one on a page; and where among the broadcasts it stood in an inbox is not known.
  private static boolean isTheSameButForWhatIsUnreadable(String answer, String expected) {
    List<String> given = answer.lines().toList();
    List<String> stored = expected.lines().toList();
    int unreadable = 0;
    int missing = 0;
    int at = 0;
    for (int i = 0; i < given.size(); i++) {
      String line = given.get(i);
      if (isUnreadable(line)) {
        unreadable++;
      } else if (!(line.startsWith("up to ") && isUnreadable(given.get(i - 1)))) {
        while (at < stored.size() && !stored.get(at).equals(line)) {
          at++;
          missing++;
        }
        if (at++ == stored.size()) {
          return false;
        }
      }
    }
    return unreadable > 0 && missing <= unreadable;
  }

  /// The same over all pages of an inbox: what stands elsewhere moves others from page to page.
  private static boolean isTheSameInboxButForWhatIsUnreadable(
      String question, Map<String, String> answers, Map<String, String> expected) {
    String inbox = question.substring(0, question.indexOf(','));
    Set<String> given = linesOf(inbox, answers);
    Set<String> stored = linesOf(inbox, expected);
    long unreadable = given.stream().filter(NamedDamage::isUnreadable).count();
    given.removeIf(NamedDamage::isUnreadable);
    boolean isMadeUp = !stored.containsAll(given);
    stored.removeAll(given);
    return unreadable > 0 && !isMadeUp && stored.size() <= unreadable;
  }

  private static Set<String> linesOf(String inbox, Map<String, String> answers) {
    Set<String> lines = new HashSet<>();
    answers.forEach((question, answer) -> {
      if (question.startsWith(inbox + ",")) {
        answer.lines().filter(line -> line.startsWith("TopicName")).forEach(lines::add);
      }
    });
    return lines;
  }

  /// Whether a list of rooms only lacks some. Where the key of a row is damaged there is nothing
  /// that would tell, but for the check.
  private static boolean isTheSameButForMissingRooms(String answer, String expected) {
    List<String> stored = List.of(expected.split("RoomState", -1));
    return Arrays.stream(answer.split("RoomState", -1))
            .allMatch(room -> stored.stream().anyMatch(one -> isTheSameRoom(room, one)))
        && answer.length() < expected.length();
  }

  private static boolean isTheSameRoom(String one, String other) {
    return one.replaceAll("[,\\]\\s]+$", "").equals(other.replaceAll("[,\\]\\s]+$", ""));
  }

  static boolean isUnreadable(String line) {
    return line.contains("Unreadable[") || line.contains("unreadable=true");
  }
}
