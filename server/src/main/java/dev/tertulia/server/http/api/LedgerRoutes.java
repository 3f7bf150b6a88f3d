package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.MissingNodes;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.Explanation;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import dev.tertulia.server.notification.InboxLog.DeliveryStatuses;
import dev.tertulia.server.notification.InboxLog.Ledger;
import dev.tertulia.server.notification.InboxLog.OnDevice;
import dev.tertulia.server.notification.InboxLog.Visits;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.notification.SendRecord;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Routes for the delivery status of notifications, with explanations for a support desk.
final class LedgerRoutes {
  private static final int PAGE = 50;
  private static final int MOST_ON_A_PAGE = 200;

  /// Ids that are not valid belong to no notification.
  private static final Field<String> ID = Field.text(Name.ID);

  private static final Field<String> BEFORE = Field.text(Name.BEFORE);
  private static final Field<Long> LIMIT = Field.limit(MOST_ON_A_PAGE);

  /// The maximum number of clients listed as waiting for a broadcast.
  private static final int MOST_WAITING = 100;

  private final ApiServices parts;
  private final ApiMessages words;

  LedgerRoutes(ApiServices parts) {
    this.parts = parts;
    words = ApiMessages.of(parts.language());
  }

  /// Shows the delivery status of one notification.
  Response one(Call call) {
    Fields in = call.fields(List.of());
    NotificationId id = NotificationId.parse(in.require(ID));
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Ledger ledger = id == null ? null : parts.inboxLog().ledger(id, MOST_WAITING);
    if (ledger == null) {
      return noSuchNotification();
    }
    // Read after the status, so that a client that has connected meanwhile is not reported as away.
    return Response.json(
        200,
        JsonText.object(out -> {
          switch (ledger) {
            case Ledger.Personal personal -> {
              Partial<SendHistory> history =
                  parts.connected().sendHistory(personal.deliveryStatus().client());
              deliveryStatus(
                  out, call.preferredLanguage(), personal.deliveryStatus(), history.value());
              MissingNodes.write(out, history);
            }
            case Ledger.Broadcast broadcast -> {
              broadcast(out, ApiMessages.of(call.preferredLanguage()), broadcast);
              // Who is connected to them is not known.
              MissingNodes.write(out, parts.connected().totals());
            }
          }
        }));
  }

  /// Lists the notifications of a client, each with its delivery status.
  Response ofClient(Call call) {
    Fields in = call.fields(List.of(BEFORE, LIMIT));
    ClientId client = in.require(Field.CLIENT);
    String before = in.get(BEFORE);
    int limit = in.get(LIMIT, PAGE);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    NotificationId id = before == null ? null : NotificationId.parse(before);
    InboxLog inboxes = parts.inboxLog();
    DeliveryStatuses deliveryStatuses =
        before != null && id == null ? null : inboxes.deliveryStatuses(client, id, limit);
    if (deliveryStatuses == null) {
      return noSuchNotification();
    }
    Visits visits = inboxes.visits(client);
    int unread = inboxes.unread(client);
    Language language = call.preferredLanguage();
    // Read last, so that a client that has connected meanwhile is not reported as away.
    Partial<SendHistory> answer = parts.connected().sendHistory(client);
    SendHistory history = answer.value();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeStringProperty("client", client.value());
          seen(out, visits);
          out.writeNumberProperty("connections", history.open().size());
          out.writeArrayPropertyStart("notifications");
          for (DeliveryStatus deliveryStatus : deliveryStatuses.deliveryStatuses()) {
            out.writeStartObject();
            deliveryStatus(out, language, deliveryStatus, history);
            out.writeEndObject();
          }
          out.writeEndArray()
              .writeNumberProperty("unread", unread)
              .writeBooleanProperty("more", deliveryStatuses.more());
          MissingNodes.write(out, answer);
        }));
  }

  /// @param language that of the explanation
  private static void deliveryStatus(
      JsonGenerator out, Language language, DeliveryStatus deliveryStatus, SendHistory history) {
    List<SendRecord> sent = history.of(deliveryStatus);
    notification(out, deliveryStatus.publication(), deliveryStatus.revoked());
    out.writeStringProperty("state", state(deliveryStatus, sent))
        .writeStringProperty("explanation", new Explanation(language).of(deliveryStatus, history))
        .writeStringProperty("client", deliveryStatus.client().value());
    if (deliveryStatus.readAt() != null) {
      out.writeNumberProperty("read", deliveryStatus.readAt());
    }
    out.writeArrayPropertyStart("devices");
    for (OnDevice device : deliveryStatus.devices()) {
      out.writeStartObject()
          .writeStringProperty("device", device.device())
          .writeBooleanProperty("delivered", device.delivered())
          .writeBooleanProperty("shown", device.shown())
          .writeNumberProperty("heard", device.heard())
          .writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayPropertyStart("sent");
    for (SendRecord one : sent) {
      sent(out, one, deliveryStatus.publication());
    }
    out.writeEndArray();
  }

  /// Writes on which connection the notification was sent, and when.
  private static void sent(JsonGenerator out, SendRecord one, Publication notification) {
    out.writeStartObject();
    if (!one.connection().isEmpty()) {
      out.writeStringProperty("connection", one.connection());
    }
    out.writeStringProperty("protocol", one.speaks());
    if (one.device() != null) {
      out.writeStringProperty("device", one.device());
    }
    out.writeNumberProperty("time", one.time(notification));
    if (one.ended() != null) {
      out.writeNumberProperty("ended", one.ended());
    }
    out.writeEndObject();
  }

  private static String state(DeliveryStatus deliveryStatus, List<SendRecord> sent) {
    if (deliveryStatus.revoked() != null) {
      return "revoked";
    }
    if (deliveryStatus.isRead()) {
      return "read";
    }
    if (deliveryStatus.isShown()) {
      return "shown";
    }
    return deliveryStatus.isDelivered() ? "delivered" : sent.isEmpty() ? "waiting" : "sent";
  }

  private void broadcast(JsonGenerator out, ApiMessages words, Ledger.Broadcast broadcast) {
    notification(out, broadcast.publication(), broadcast.revoked());
    out.writeStringProperty("state", broadcast.revoked() == null ? "sent" : "revoked")
        .writeStringProperty("explanation", inWords(words, broadcast))
        .writeNumberProperty("clients", broadcast.clients())
        .writeNumberProperty("counted", broadcast.counted())
        .writeNumberProperty("delivered_to", broadcast.delivered())
        .writeNumberProperty("shown_to", broadcast.shown())
        .writeNumberProperty("read_by", broadcast.read())
        .writeArrayPropertyStart("waiting_for");
    for (Visits visits : broadcast.waiting()) {
      out.writeStartObject().writeStringProperty("client", visits.client().value());
      seen(out, visits);
      out.writeBooleanProperty("connected", parts.connected().isConnected(visits.client()))
          .writeEndObject();
    }
    out.writeEndArray();
  }

  private static String inWords(ApiMessages words, Ledger.Broadcast broadcast) {
    long delivered = broadcast.delivered();
    long shown = broadcast.shown();
    long read = broadcast.read();
    return broadcast.counted() == broadcast.clients()
        ? words.broadcastFate().formatted(broadcast.clients(), delivered, shown, read)
        : words
            .broadcastFateOfSome()
            .formatted(broadcast.clients(), broadcast.counted(), delivered, shown, read);
  }

  /// Writes the content of the notification, unless it was revoked.
  private static void notification(
      JsonGenerator out, Publication publication, @Nullable Long revoked) {
    Entry.Notification said =
        publication.entry() instanceof Entry.Unreadable unreadable
            ? new Entry.Notification(
                unreadable.client(),
                unreadable.scope() == null ? Entry.Scope.PERSONAL : unreadable.scope(),
                "")
            : (Entry.Notification) publication.entry();
    out.writeStringProperty("id", publication.id())
        .writeStringProperty("scope", said.scope().wireName())
        .writeStringProperty("from", said.client().value());
    if (revoked == null) {
      EntryWriter.content(out, said);
    }
    out.writeStringProperty("urgency", said.urgency().wireName())
        .writeNumberProperty("time", publication.time());
    if (revoked != null) {
      out.writeNumberProperty("revoked", revoked);
    }
    if (publication.entry() instanceof Entry.Unreadable) {
      out.writeBooleanProperty(EntryWriter.UNREADABLE, true);
    }
  }

  /// Writes when a client was connected, as far as that is known.
  static void seen(JsonGenerator out, @Nullable Visits visits) {
    if (visits != null) {
      out.writeNumberProperty("first_seen", visits.first());
      if (visits.last() != null) {
        out.writeNumberProperty("last_seen", visits.last());
      }
    }
  }

  private Response noSuchNotification() {
    return Response.problem(new Refusal(ErrorCode.NOT_FOUND, words.noSuchNotification()));
  }
}
