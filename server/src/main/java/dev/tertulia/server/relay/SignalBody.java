package dev.tertulia.server.relay;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import org.jspecify.annotations.Nullable;

/// The content of a signal on its way to another node: the number of its kind, and its fields in
/// order. A later version may append fields, which are skipped here. Safe for any thread.
public final class SignalBody {
  private static final int DEPARTURE = 1;
  private static final int TYPING = 2;
  private static final int READ_MARK = 3;
  private static final int PRESENCE = 4;

  private SignalBody() {}

  /// The number of the signal's kind.
  public static int kind(Entry.Signal signal) {
    return switch (signal) {
      case Entry.Departure departure -> DEPARTURE;
      case Entry.Typing typing -> TYPING;
      case Entry.ReadMark mark -> READ_MARK;
      case Entry.Presence presence -> PRESENCE;
    };
  }

  /// The signal's body.
  public static byte[] write(Entry.Signal signal) {
    RelayWriter out = new RelayWriter();
    switch (signal) {
      case Entry.Departure departure -> out.text(departure.client().value());
      case Entry.Typing typing -> {
        out.text(typing.client().value());
        out.text(typing.sender());
      }
      case Entry.ReadMark mark -> {
        out.text(mark.client().value());
        out.text(mark.room().value());
        out.longs(mark.offset());
      }
      case Entry.Presence presence -> {
        out.text(presence.client().value());
        out.text(presence.name());
        out.bytes(presence.joined() ? 1 : 0);
        out.ints(presence.count());
      }
    }
    return out.bytes();
  }

  /// Reads a signal.
  ///
  /// @return `null` for a kind of a newer version: the signal is not delivered
  /// @throws RelayFormatException if the body is not one of its kind
  public static Entry.@Nullable Signal read(int kind, byte[] body) throws RelayFormatException {
    RelayReader in = new RelayReader(body);
    try {
      return switch (kind) {
        case DEPARTURE -> new Entry.Departure(new ClientId(in.text()));
        case TYPING -> new Entry.Typing(new ClientId(in.text()), in.text());
        case READ_MARK ->
            new Entry.ReadMark(new ClientId(in.text()), new RoomName(in.text()), in.longs());
        case PRESENCE ->
            new Entry.Presence(new ClientId(in.text()), in.text(), in.bytes() != 0, in.count());
        default -> null;
      };
    } catch (IllegalArgumentException e) {
      throw new RelayFormatException("a name that is not valid");
    }
  }
}
