package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One WebSocket of the run. Owned by one thread; read by another only after that has ended.
/// Between two reads it keeps the incomplete frame, if there is one, and nothing else of its input.
final class LoadConnection {
  enum State {
    /// The TCP connection is being made.
    DIALLING,
    /// The handshake's request has been sent.
    SHAKING_HANDS,
    /// It is a WebSocket, and waits for the text that makes it ready.
    GREETING,
    READY,
    /// Ready, and reads nothing, or only to see what became of it.
    SLOW,
    /// We have said goodbye.
    LEAVING,
    GONE
  }

  private static final int NOBODY = 0;

  final int number;
  final SocketChannel channel;
  final SelectionKey key;

  /// When it was due to be begun.
  final long began;

  final Fragments fragments = new Fragments();

  State state = State.DIALLING;

  /// The marker's name of what it sends; [#NOBODY], which no marker has, if its own returning
  /// messages are not looked for.
  int name = NOBODY;

  /// How many messages it should have sent by now, and has sent.
  long owed;

  long sent;

  /// Whether some of what it owes waits because the server reads too slowly.
  boolean heldBack;

  /// How many messages that count it has sent, and got.
  long sentMeasured;

  long received;

  /// What the socket has not taken yet.
  byte @Nullable [] unsent;

  /// The beginning of an incomplete frame.
  private byte @Nullable [] rest;

  LoadConnection(int number, SocketChannel channel, SelectionKey key, long began) {
    this.number = number;
    this.channel = channel;
    this.key = key;
    this.began = began;
  }

  /// Whether it was ready once, and counts in what is expected.
  boolean counts;

  /// Puts the incomplete frame, if there is one, before what is read next.
  void putRest(ByteBuffer in) {
    if (rest != null) {
      in.put(rest);
    }
  }

  int restLength() {
    return rest == null ? 0 : rest.length;
  }

  /// Keeps what lies between `from` and `to` for the next read.
  void keepRest(ByteBuffer in, int from, int to) {
    if (from == to) {
      rest = null;
    } else {
      byte[] kept = new byte[to - from];
      in.get(from, kept);
      rest = kept;
    }
  }
}
