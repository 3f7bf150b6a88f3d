package dev.tertulia.server.notification;

import dev.tertulia.server.notification.InboxLog.Fate;
import dev.tertulia.server.notification.InboxLog.OnDevice;
import dev.tertulia.server.notification.InboxLog.Visits;
import dev.tertulia.server.protocol.Language;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Why somebody was notified, or was not: what became of a notification, in words that a support
/// desk can pass on. Times are UTC, to the second. Safe for any thread.
public final class Explanation {
  private final Words words;

  public Explanation(Language language) {
    words =
        switch (language) {
          case ES -> ES;
          case EN -> EN;
        };
  }

  /// Says it, in one or two sentences.
  public String of(Fate fate) {
    String state = state(fate);
    return fate.revoked() == null
        ? state
        : words.revoked.formatted(at(fate.revoked())) + " " + state;
  }

  private String state(Fate fate) {
    if (fate.isRead()) {
      return fate.readAt() == null
          ? words.readLongAgo.formatted(fate.client())
          : words.read.formatted(fate.client(), at(fate.readAt()));
    }
    if (fate.isShown()) {
      return words.shown.formatted(devices(fate, OnDevice::shown));
    }
    if (fate.isDelivered()) {
      return words.delivered.formatted(devices(fate, OnDevice::delivered));
    }
    if (fate.revoked() != null) {
      return words.nobodySaw;
    }
    Visits visits = fate.visits();
    if (visits == null) {
      return words.unknown.formatted(fate.client());
    }
    if (visits.last() == null) {
      return words.never.formatted(fate.client());
    }
    return (visits.last() < fate.publication().time() ? words.away : words.silent)
        .formatted(fate.client(), at(visits.last()));
  }

  private static String devices(Fate fate, Predicate<OnDevice> which) {
    return fate.devices().stream()
        .filter(which)
        .map(OnDevice::device)
        .collect(Collectors.joining(", "));
  }

  private static String at(long unixMillis) {
    return Instant.ofEpochMilli(unixMillis).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private record Words(
      String revoked,
      String read,
      String readLongAgo,
      String shown,
      String delivered,
      String nobodySaw,
      String unknown,
      String never,
      String away,
      String silent) {}

  private static final Words ES =
      new Words(
          "Se retiró (%s).",
          "%s la leyó (%s).",
          "%s la leyó; ya no se guarda cuándo.",
          "Se mostró en %s; nadie la ha marcado como leída.",
          "Llegó a %s; ningún dispositivo ha dicho que la mostrara.",
          "Ningún dispositivo había dicho que la tuviera.",
          "Espera en el buzón: de %s no se sabe nada (ya).",
          "Espera en el buzón: %s no se ha conectado nunca.",
          "Espera en el buzón: %s no se ha conectado desde entonces (última vez: %s).",
          "Espera en el buzón: %s se ha conectado desde entonces (última vez: %s), pero ningún"
              + " dispositivo suyo ha confirmado que la tenga.");

  private static final Words EN =
      new Words(
          "It was revoked (%s).",
          "%s read it (%s).",
          "%s read it; when is not kept any more.",
          "It was shown on %s; nobody has marked it as read.",
          "It reached %s; no device has said that it showed it.",
          "No device had said that it had it.",
          "It waits in the inbox: nothing is known of %s (any more).",
          "It waits in the inbox: %s has never connected.",
          "It waits in the inbox: %s has not connected since (last seen %s).",
          "It waits in the inbox: %s has connected since (last seen %s), but no device has"
              + " acknowledged that it has it.");
}
