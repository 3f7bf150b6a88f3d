package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.topic.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Routes that send notifications to one client, to several or to all, and revoke them.
final class NotificationRoutes {
  /// The maximum number of clients that one request notifies.
  private static final int MOST_CLIENTS = 1_000;

  private static final Field<ClientId> FROM = Field.client(Name.FROM);
  private static final Field<List<ClientId>> TO = Field.clients(Name.TO, MOST_CLIENTS);

  /// Ids that are not valid belong to no notification.
  private static final Field<String> NOTIFICATION = Field.text(Name.ID);

  private static final List<Field<?>> TO_ONE_OR_ALL = with(CommandReader.NOTICE, FROM, Field.ID);
  private static final List<Field<?>> TO_SOME = with(TO_ONE_OR_ALL, TO);

  private final ApiServices parts;
  private final ApiMessages words;
  private final AppendAwaiter appendAwaiter;

  NotificationRoutes(ApiServices parts) {
    this.parts = parts;
    words = ApiMessages.of(parts.language());
    appendAwaiter = new AppendAwaiter(parts.language());
  }

  private static List<Field<?>> with(List<Field<?>> fields, Field<?>... more) {
    return Stream.concat(fields.stream(), Stream.of(more)).toList();
  }

  /// A request to send: content, sender and request id.
  private record Sending(ClientId from, Notice notice, @Nullable String id) {
    static Sending of(Fields in) {
      ClientId from = in.get(FROM);
      Notice notice = CommandReader.notice(in);
      return new Sending(from == null ? ClientId.API : from, notice, in.get(Field.ID));
    }
  }

  /// Why a request is refused that notifies `count` clients; `null` if it is not. All of them count
  /// with the rate of the client that makes it, as over WebSocket.
  private @Nullable Response refusal(Call call, Fields in, int count) {
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    long wait = parts.rates().of(call.principal().client()).notifications(count);
    return wait <= 0
        ? null
        : Response.problem(Refusal.of(ErrorCode.RATE_LIMITED, parts.language()))
            .retriedAfter(Duration.ofNanos(wait));
  }

  /// Notifies one client.
  Response notifyOne(Call call) {
    return call.withBody(TO_ONE_OR_ALL, in -> notifyOne(call, in));
  }

  private Response notifyOne(Call call, Fields in) {
    ClientId to = in.require(Field.CLIENT);
    Sending sending = Sending.of(in);
    Response refusal = refusal(call, in, 1);
    if (refusal != null) {
      return refusal;
    }
    return answer(
        appendAwaiter.await(receipt ->
            parts.notifications().notify(sending.from, to, sending.notice, sending.id, receipt)));
  }

  /// Notifies all clients.
  Response broadcast(Call call) {
    return call.withBody(TO_ONE_OR_ALL, in -> broadcast(call, in));
  }

  private Response broadcast(Call call, Fields in) {
    Sending sending = Sending.of(in);
    Response refusal = refusal(call, in, 1);
    if (refusal != null) {
      return refusal;
    }
    return answer(
        appendAwaiter.await(receipt ->
            parts.notifications().broadcast(sending.from, sending.notice, sending.id, receipt)));
  }

  /// Notifies several clients. If one of them is refused, the clients that were not notified are
  /// listed with the refusal; repeating the request with the same key notifies no client twice.
  Response notifySome(Call call) {
    return call.withBody(TO_SOME, in -> notifySome(call, in));
  }

  private Response notifySome(Call call, Fields in) {
    List<ClientId> to = in.require(TO);
    Sending sending = Sending.of(in);
    Response refusal = refusal(call, in, to.size());
    if (refusal != null) {
      return refusal;
    }
    List<AppendAwaiter.Settled> outcomes =
        appendAwaiter.awaitAll(
            to,
            (client, receipt) ->
                parts
                    .notifications()
                    .notify(sending.from, client, sending.notice, sending.id, receipt));
    AppendAwaiter.Settled refused =
        outcomes.stream().filter(each -> each.refusal() != null).findFirst().orElse(null);
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < to.size(); i++) {
      if (outcomes.get(i).outcome() instanceof Outcome.Stored stored) {
        sent.add(new Sent(to.get(i), stored));
      }
    }
    if (refused != null) {
      return refused.told(
          Response.problem(Objects.requireNonNull(refused.refusal()), out -> write(out, sent)));
    }
    return Response.json(201, JsonText.object(out -> write(out, sent)));
  }

  private record Sent(ClientId client, Outcome.Stored stored) {}

  private static void write(JsonGenerator out, List<Sent> all) {
    out.writeArrayPropertyStart("notifications");
    for (Sent sent : all) {
      out.writeStartObject()
          .writeStringProperty("client", sent.client.value())
          .writeStringProperty("id", sent.stored.id())
          .writeNumberProperty("time", sent.stored.time())
          .writeEndObject();
    }
    out.writeEndArray();
  }

  /// Revokes a notification: of the sender that the request names, or of any sender.
  Response revoke(Call call) {
    Fields in = call.fields(List.of(FROM));
    ClientId from = in.get(FROM);
    NotificationId id = NotificationId.parse(in.require(NOTIFICATION));
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    if (id == null) {
      return noSuchNotification();
    }
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt ->
            parts
                .notifications()
                .revoke(from == null ? ClientId.API : from, id, from == null, receipt));
    Refusal refusal = settled.refusal();
    if (refusal == null) {
      return Response.empty(204, Map.of());
    }
    return refusal.code() == ErrorCode.NOT_FOUND ? noSuchNotification() : settled.problem();
  }

  private Response noSuchNotification() {
    return Response.problem(new Refusal(ErrorCode.NOT_FOUND, words.noSuchNotification()));
  }

  private static Response answer(AppendAwaiter.Settled settled) {
    if (!(settled.outcome() instanceof Outcome.Stored stored)) {
      return settled.problem();
    }
    return Response.json(
        201,
        JsonText.object(out ->
            out.writeStringProperty("id", stored.id()).writeNumberProperty("time", stored.time())));
  }
}
