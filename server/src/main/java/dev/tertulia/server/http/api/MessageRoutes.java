package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.ClientSignals;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.RoomWriter;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// Routes for what a client does and reads in a room: messages, their amendments, read markers. The
/// client is named in the request.
final class MessageRoutes {
  private static final List<Field<?>> CHAT = withClient(CommandReader.CHAT);
  private static final List<Field<?>> EDIT = withClient(CommandReader.EDIT);
  private static final List<Field<?>> DELETE = withClient(CommandReader.DELETE);
  private static final List<Field<?>> REACT = withClient(CommandReader.REACT);
  private static final List<Field<?>> TYPING = withClient(CommandReader.TYPING);
  private static final List<Field<?>> READ = withClient(CommandReader.READ);
  private static final List<Field<?>> HISTORY = withClient(CommandReader.HISTORY);

  /// A reader without reactions, for a request that names no client.
  private static final ClientId NOBODY = new ClientId("~nobody");

  private final ApiServices parts;
  private final AppendAwaiter appendAwaiter;
  private final ClientSignals signals;

  MessageRoutes(ApiServices parts) {
    this.parts = parts;
    appendAwaiter = new AppendAwaiter(parts.language());
    signals = new ClientSignals(parts.rooms(), parts.presence());
  }

  private static List<Field<?>> withClient(List<Field<?>> fields) {
    return Stream.concat(Stream.of(Field.CLIENT), fields.stream()).toList();
  }

  /// Sends a message to a room.
  Response send(Call call) {
    return call.withBody(CHAT, in -> send(call, in));
  }

  private Response send(Call call, Fields in) {
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Chat chat = CommandReader.chat(in);
    return store(
        201,
        in,
        chat.room(),
        receipt ->
            parts
                .rooms()
                .say(
                    client,
                    call.principal().as(client).shownName(),
                    call.principal().choosesName() ? chat : chat.withoutSender(),
                    receipt));
  }

  /// Edits a message.
  Response edit(Call call) {
    return call.withBody(EDIT, in -> edit(call, in));
  }

  private Response edit(Call call, Fields in) {
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Edit edit = CommandReader.edit(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    boolean moderator = call.access().isModerator(client, edit.room());
    return store(
        200, in, edit.room(), receipt -> parts.rooms().edit(client, edit, moderator, receipt));
  }

  /// Deletes a message.
  Response delete(Call call) {
    Fields in = call.fields(DELETE);
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Delete delete = CommandReader.delete(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    boolean moderator = call.access().isModerator(client, delete.room());
    return store(
        200,
        in,
        delete.room(),
        receipt -> parts.rooms().delete(client, delete, moderator, receipt));
  }

  /// Adds a reaction to a message, or removes it.
  Response react(Call call) {
    return call.withBody(REACT, this::react);
  }

  private Response react(Fields in) {
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.React react = CommandReader.react(in);
    return store(201, in, react.room(), receipt -> parts.rooms().react(client, react, receipt));
  }

  /// Stores an entry of the client, unless the request has a problem.
  ///
  /// @param append passes a draft and the given receipt to the journal
  private Response store(int status, Fields in, RoomName room, Function<Receipt, Appended> append) {
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    AppendAwaiter.Settled settled = appendAwaiter.await(append);
    if (!(settled.outcome() instanceof Outcome.Stored stored)) {
      return settled.problem();
    }
    EntryPosition position = stored.position() == null ? null : EntryPosition.of(stored.position());
    return Response.json(
        status,
        JsonText.object(out -> {
          out.writeStringProperty("room", room.value());
          EntryWriter.position(out, position)
              .writeStringProperty("id", stored.id())
              .writeNumberProperty("time", stored.time());
        }));
  }

  /// Tells the others in a room that a client is typing.
  Response typing(Call call) {
    return call.withBody(TYPING, in -> typing(call, in));
  }

  private Response typing(Call call, Fields in) {
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Typing typing = CommandReader.typing(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    RoomCommand.Typing shown = call.principal().choosesName() ? typing : typing.withoutSender();
    return signals.typing(client, call.principal().as(client).shownName(), shown) == Appended.QUEUED
        ? Response.empty(204, Map.of())
        : Response.problem(Refusal.of(ErrorCode.UNAVAILABLE, parts.language()));
  }

  /// Moves the read marker of a client.
  Response read(Call call) {
    return call.withBody(READ, this::read);
  }

  private Response read(Fields in) {
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Read read = CommandReader.read(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt -> parts.rooms().read(client, read, receipt));
    if (!(settled.outcome() instanceof Outcome.Marked marked)) {
      return settled.problem();
    }
    signals.read(new Entry.ReadMark(client, read.room(), marked.offset()), /* by= */ null);
    return Response.json(
        200,
        JsonText.object(out ->
            out.writeStringProperty("room", read.room().value())
                .writeNumberProperty("offset", marked.offset())));
  }

  /// Returns a page of the messages of a room in their current state.
  Response history(Call call) {
    Fields in = call.fields(HISTORY);
    HistoryQuery query = CommandReader.history(in);
    ClientId reader = in.get(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    HistoryPage page = HistoryPage.read(parts.roomLog(), query, reader == null ? NOBODY : reader);
    return Response.json(200, RoomWriter.history(null, page));
  }
}
