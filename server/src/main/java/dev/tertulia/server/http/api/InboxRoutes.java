package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxCommand;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxQuery;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.InboxWriter;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// Routes for the inbox of a client, as the client itself sees it: pages, what was read, and what
/// its devices report.
final class InboxRoutes {
  private static final List<Field<?>> ACK = withDevice(CommandReader.ACK);
  private static final List<Field<?>> SHOWN = withDevice(CommandReader.SHOWN);

  private final ApiServices parts;
  private final AppendAwaiter appendAwaiter;
  private final EntryWriter writer;

  InboxRoutes(ApiServices parts) {
    this.parts = parts;
    appendAwaiter = new AppendAwaiter(parts.language());
    writer = EntryWriter.of(parts.language());
  }

  private static List<Field<?>> withDevice(List<Field<?>> fields) {
    return Stream.concat(Stream.of(Field.DEVICE), fields.stream()).toList();
  }

  /// Returns a page of the notifications of a client.
  Response page(Call call) {
    Fields in = call.fields(CommandReader.INBOX);
    ClientId client = in.require(Field.CLIENT);
    InboxQuery query = CommandReader.inbox(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    InboxLog.Page page = query.read(parts.inboxLog(), client);
    return page == null
        ? Response.problem(Refusal.of(ErrorCode.NOT_FOUND, parts.language()))
        : Response.json(
            200,
            InboxWriter.page(null, InboxWriter.frames(page, writer), page.unread(), page.more()));
  }

  /// Marks notifications of a client as read.
  Response read(Call call) {
    return call.withBody(CommandReader.INBOX_READ, this::read);
  }

  private Response read(Fields in) {
    ClientId client = in.require(Field.CLIENT);
    InboxCommand.Read read = CommandReader.inboxRead(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt -> parts.notifications().read(client, read, null, receipt));
    if (!(settled.outcome() instanceof Outcome.Read marked)) {
      return settled.problem();
    }
    return Response.json(
        200, JsonText.object(out -> out.writeNumberProperty("unread", marked.unread())));
  }

  /// Records up to where a device of a client has everything.
  Response acknowledge(Call call) {
    return call.withBody(ACK, this::acknowledge);
  }

  private Response acknowledge(Fields in) {
    ClientId client = in.require(Field.CLIENT);
    String device = in.require(Field.DEVICE);
    InboxCommand.Ack ack = CommandReader.ack(in);
    return note(
        in, receipt -> parts.notifications().acknowledged(client, device, ack.position(), receipt));
  }

  /// Records that a device of a client has shown a notification to a person.
  Response shown(Call call) {
    return call.withBody(SHOWN, this::shown);
  }

  private Response shown(Fields in) {
    ClientId client = in.require(Field.CLIENT);
    String device = in.require(Field.DEVICE);
    InboxCommand.Shown shown = CommandReader.shown(in);
    return note(in, receipt -> parts.notifications().shown(client, device, shown.id(), receipt));
  }

  /// @param append passes a draft and the given receipt to the journal
  private Response note(Fields in, Function<Receipt, Appended> append) {
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Refusal refusal = appendAwaiter.await(append).refusal();
    return refusal == null ? Response.empty(204, Map.of()) : Response.problem(refusal);
  }
}
