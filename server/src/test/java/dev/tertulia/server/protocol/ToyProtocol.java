package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A protocol that the server does not have, all of it in this file: lines of plain text, in the
/// room of the path.
///
/// `/toy/{room}?name=…` is a WebSocket with the subprotocol `toy.1`, which says what it hears, and
/// greets its client; without an upgrade it is a stream of events, which only listens. With
/// `?flood` it greets with more than a socket takes, and closes at once.
final class ToyProtocol implements Protocol {
  static final String SUBPROTOCOL = "toy.1";
  static final int FLOOD_BYTES = 300_000;

  private static final String PATH = "/toy/";

  private final SocketFormats lines;
  private final WireFormat events;
  private final Rooms rooms;

  private ToyProtocol(SocketFormats lines, WireFormat events, Rooms rooms) {
    this.lines = lines;
    this.events = events;
    this.rooms = rooms;
  }

  /// Its entry in the table.
  static ProtocolEntry entry() {
    return formats -> {
      SocketFormats lines = formats.addForWebSocket(index -> new LineFormat(index, true));
      WireFormat events = formats.add(index -> new LineFormat(index, false));
      return services -> new ToyProtocol(lines, events, services.rooms());
    };
  }

  @Override
  public boolean owns(OpeningRequest request) {
    return request.rawPath().startsWith(PATH);
  }

  @Override
  public Opening open(OpeningRequest request) {
    List<String> names = request.rawValues("name");
    if (names.size() != 1 || !Identifier.isValid(names.getFirst())) {
      return Opening.Refused.of(new Refusal(ErrorCode.UNAUTHORIZED, "Who are you?"));
    }
    ClientId client = new ClientId(names.getFirst());
    RoomName room = new RoomName(request.rawPath().substring(PATH.length()));
    boolean flood = !request.rawValues("flood").isEmpty();
    if (!request.subprotocols().contains(SUBPROTOCOL)) {
      return new Opening.EventStream(
          Principal.open(client), new LineSession(events, rooms, room, flood), new AsWritten());
    }
    return new Opening.WebSocket(
        Principal.open(client),
        SUBPROTOCOL,
        lines.sessions(format -> new LineSession(format, rooms, room, flood)));
  }

  /// A line for each chat message.
  private record LineFormat(int index, boolean framed) implements WireFormat {
    @Override
    public @Nullable ByteBuf encode(Publication publication) {
      return publication.entry() instanceof Entry.Chat chat
          ? frame((chat.sender() + ": " + chat.message()).getBytes(StandardCharsets.UTF_8))
          : null;
    }

    @Override
    public ByteBuf encode(Refusal refusal) {
      return frame(refusal.message().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public ByteBuf frame(byte[] line) {
      return framed
          ? Frames.text(ByteBufAllocator.DEFAULT, line)
          : Unpooled.wrappedBuffer(
              ("data: " + new String(line, StandardCharsets.UTF_8) + "\n\n")
                  .getBytes(StandardCharsets.UTF_8));
    }
  }

  private record LineSession(WireFormat format, Rooms rooms, RoomName room, boolean flood)
      implements Session {
    @Override
    public void opened(Connection connection) {
      ClientId client = connection.client();
      connection.subscribe(TopicName.room(room));
      connection.presence().enter(room, client, client.value());
      say(connection, "Hello, " + client + "!");
      if (flood) {
        say(connection, "x".repeat(FLOOD_BYTES));
        connection.close(CloseReason.NORMAL);
      }
    }

    @Override
    public void received(Connection connection, byte[] text, int offset, int length) {
      String line = new String(text, offset, length, StandardCharsets.UTF_8);
      rooms.say(room, connection.client(), connection.client().value(), line, Receipt.NONE);
    }

    @Override
    public String speaks() {
      return "toy";
    }

    @Override
    public Collection<RoomName> rooms(Connection connection) {
      return List.of(room);
    }

    private void say(Connection connection, String line) {
      connection.reply(format.frame(line.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /// The session writes whole events.
  private static final class AsWritten implements EventOutput {
    @Override
    public int missingBytes() {
      return 0;
    }

    @Override
    public void pass(ByteBuf written, Consumer<ByteBuf> out) {
      out.accept(written);
    }

    @Override
    public boolean isAtBoundary() {
      return true;
    }

    @Override
    public void end() {
      // It keeps nothing.
    }
  }
}
