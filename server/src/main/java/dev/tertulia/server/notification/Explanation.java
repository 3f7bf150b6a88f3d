package dev.tertulia.server.notification;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import dev.tertulia.server.notification.InboxLog.OnDevice;
import dev.tertulia.server.notification.InboxLog.Visits;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Explains the delivery status of a notification in sentences for a support desk. Times are in
/// UTC, to the second. Safe for any thread.
public final class Explanation {
  /// The maximum number of connections named.
  private static final int MOST_NAMED = 3;

  /// The resolution of the stored times at which a client was connected.
  private static final long VISITS_GRAIN_MILLIS = Duration.ofHours(1).toMillis();

  private static final String BASE = "base";

  private final Words words;

  public Explanation(Language language) {
    words =
        switch (language) {
          case ES -> ES;
          case EN -> EN;
        };
  }

  /// Formats the explanation, one or two sentences.
  ///
  /// @param history what was sent to the connections of the client
  public String of(DeliveryStatus deliveryStatus, SendHistory history) {
    String state = state(deliveryStatus, history);
    return deliveryStatus.revoked() == null
        ? state
        : words.revoked.formatted(at(deliveryStatus.revoked())) + " " + state;
  }

  private String state(DeliveryStatus deliveryStatus, SendHistory history) {
    if (deliveryStatus.isRead()) {
      return deliveryStatus.readAt() == null
          ? words.readLongAgo.formatted(deliveryStatus.client())
          : words.read.formatted(deliveryStatus.client(), at(deliveryStatus.readAt()));
    }
    if (deliveryStatus.isShown()) {
      return words.shown.formatted(devices(deliveryStatus, OnDevice::shown));
    }
    if (deliveryStatus.isDelivered()) {
      return words.delivered.formatted(devices(deliveryStatus, OnDevice::delivered));
    }
    List<SendRecord> sent = history.of(deliveryStatus);
    if (!sent.isEmpty()) {
      return sent(deliveryStatus, sent);
    }
    return deliveryStatus.revoked() == null ? waiting(deliveryStatus, history) : words.nobodySaw;
  }

  /// Names the connections on which it was sent, newest first.
  private String sent(DeliveryStatus deliveryStatus, List<SendRecord> sent) {
    String by =
        sent.stream()
            .limit(MOST_NAMED)
            .map(one -> by(deliveryStatus, one))
            .collect(Collectors.joining(", "));
    if (sent.size() > MOST_NAMED) {
      by += words.more.formatted(sent.size() - MOST_NAMED);
    }
    boolean base = sent.stream().allMatch(one -> one.speaks().equals(BASE));
    return words.sent.formatted(deliveryStatus.client(), by)
        + " "
        + (base ? words.sentInBase : words.unacknowledged);
  }

  private String by(DeliveryStatus deliveryStatus, SendRecord one) {
    String device = one.device();
    String name =
        device != null
            ? words.device.formatted(device)
            : one.speaks().equals(BASE) ? words.base : words.unnamed;
    String sent = at(one.time(deliveryStatus.publication()));
    return one.ended() == null
        ? words.open.formatted(name, sent)
        : words.ended.formatted(name, sent, at(one.ended()));
  }

  private String waiting(DeliveryStatus deliveryStatus, SendHistory history) {
    List<SendRecord> open = history.open();
    if (!open.isEmpty()) {
      return words.online.formatted(
          deliveryStatus.client(),
          at(open.stream().mapToLong(SendRecord::began).min().orElseThrow()));
    }
    Visits visits = deliveryStatus.visits();
    if (visits == null) {
      return words.unknown.formatted(deliveryStatus.client());
    }
    if (visits.last() == null) {
      return words.never.formatted(deliveryStatus.client());
    }
    long sentAt = deliveryStatus.publication().time();
    if (visits.last() >= sentAt) {
      String silent = words.silent.formatted(deliveryStatus.client(), at(visits.last()));
      return sentAt < history.since()
          ? silent + " " + words.restarted.formatted(at(history.since()))
          : silent;
    }
    return (sentAt - visits.last() < VISITS_GRAIN_MILLIS ? words.perhapsAway : words.away)
        .formatted(deliveryStatus.client(), at(visits.last()));
  }

  private static String devices(DeliveryStatus deliveryStatus, Predicate<OnDevice> which) {
    return deliveryStatus.devices().stream()
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
      String sent,
      String device,
      String unnamed,
      String base,
      String open,
      String ended,
      String more,
      String unacknowledged,
      String sentInBase,
      String nobodySaw,
      String unknown,
      String never,
      String away,
      String perhapsAway,
      String online,
      String silent,
      String restarted) {}

  private static final Words ES =
      new Words(
          "Se retiró (%s).",
          "%s la leyó (%s).",
          "%s la leyó; la fecha ya no se conserva.",
          "Se mostró en %s; todavía no se ha marcado como leída.",
          "Llegó a %s; ningún dispositivo ha indicado que la haya mostrado.",
          "Se envió a %s a través de %s.",
          "«%s»",
          "una conexión sin nombre de dispositivo",
          "una conexión del protocolo base",
          "%s (%s, sigue abierta)",
          "%s (%s, cerrada %s)",
          " y %s más",
          "Ningún dispositivo ha confirmado todavía la recepción.",
          "En el protocolo base no hay confirmaciones de recepción, así que no se puede saber más.",
          "Ningún dispositivo había confirmado la recepción.",
          "Espera en el buzón: no hay datos de conexión de %s (o ya no se conservan).",
          "Espera en el buzón: %s nunca se ha conectado.",
          "Espera en el buzón: %s no se ha conectado desde entonces (última vez: %s).",
          "Espera en el buzón: no consta que %s se haya conectado desde entonces (última vez: %s,"
              + " con un margen de una hora).",
          "Espera en el buzón: %s está en línea (desde %s), pero todavía no se le ha enviado por"
              + " esa conexión: su programa no ha pedido las notificaciones pendientes, o lee"
              + " despacio.",
          "Espera en el buzón: %s se ha conectado desde entonces (última vez: %s), pero ningún"
              + " dispositivo suyo ha confirmado la recepción.",
          "El servidor se reinició después (%s) y ya no sabe por qué conexiones se envió.");

  private static final Words EN =
      new Words(
          "It was revoked (%s).",
          "%s read it (%s).",
          "%s read it; the time is no longer kept.",
          "It was shown on %s; it has not been marked as read.",
          "It reached %s; no device has reported showing it.",
          "It was sent to %s over %s.",
          "'%s'",
          "a connection without a device name",
          "a connection of the base protocol",
          "%s (%s, still open)",
          "%s (%s, closed %s)",
          " and %s more",
          "No device has acknowledged it yet.",
          "The base protocol has no acknowledgements, so nothing more is known.",
          "No device had acknowledged it.",
          "It waits in the inbox: nothing is known about when %s was connected (or no longer).",
          "It waits in the inbox: %s has never connected.",
          "It waits in the inbox: %s has not connected since (last seen %s).",
          "It waits in the inbox: %s is not known to have connected since (last seen %s, within an"
              + " hour).",
          "It waits in the inbox: %s is online (since %s), but it has not been sent on that"
              + " connection yet: the client program has not requested pending notifications, or"
              + " reads slowly.",
          "It waits in the inbox: %s has connected since (last seen %s), but no device has"
              + " acknowledged it.",
          "The server restarted later (%s) and no longer knows on which connections it was sent.");
}
