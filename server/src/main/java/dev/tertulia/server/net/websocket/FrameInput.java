package dev.tertulia.server.net.websocket;

import dev.tertulia.server.net.loop.PartialInput;
import dev.tertulia.server.net.loop.PartialInputs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// The input of one WebSocket: reads its frames, keeps what is incomplete or came while its sink
/// was paused, and charges that to the budget of incomplete input. Owned by the event loop.
final class FrameInput {
  private final FrameReader reader;
  private final PartialInputs inputs;
  private final PartialInput.Owner owner;

  /// The beginning of an incomplete frame, or input that waits while the sink is paused.
  private @Nullable ByteBuf rest;

  /// The incomplete input in [#rest] and in the reader; `null` for none.
  private @Nullable PartialInput partial;

  private boolean reading;
  private boolean forgotten;

  /// @param inputs the incomplete inputs of its loop
  /// @param owner the socket that is charged
  FrameInput(FrameReader reader, PartialInputs inputs, PartialInput.Owner owner) {
    this.reader = reader;
    this.inputs = inputs;
    this.owner = owner;
  }

  /// Reads what has arrived, after what is kept.
  ///
  /// @param in with a reference
  void received(ByteBuf in, FrameSink sink, ByteBufAllocator alloc) {
    if (rest == null) {
      rest = in;
    } else {
      try {
        rest.discardReadBytes().writeBytes(in);
      } finally {
        in.release();
      }
    }
    read(sink, alloc);
  }

  /// Reads what is kept. No effect within a read, which continues by itself.
  ///
  /// Of an incomplete frame a small copy is kept, because the buffer it arrived in may be much
  /// larger.
  void read(FrameSink sink, ByteBufAllocator alloc) {
    ByteBuf in = rest;
    if (in == null || reading) {
      return;
    }
    reading = true;
    try {
      reader.read(in, sink);
    } finally {
      reading = false;
    }
    if (forgotten || !in.isReadable()) {
      dropRest();
    } else if (in.writableBytes() + in.readerIndex() > in.readableBytes()) {
      rest = alloc.buffer(in.readableBytes()).writeBytes(in);
      in.release();
    }
    account();
  }

  /// Drops the largest inputs if this one has exceeded a bound. This may close other connections,
  /// and its own.
  void makeRoom() {
    if (partial != null) {
      inputs.makeRoom(partial);
    }
  }

  /// Hands over what is kept, with a reference; it is no longer charged.
  ByteBuf take() {
    ByteBuf taken = rest == null ? Unpooled.EMPTY_BUFFER : rest;
    rest = null;
    account();
    return taken;
  }

  /// Drops what is kept, and everything that still arrives. Within a read, at its end.
  void forget() {
    reader.abandon();
    forgotten = true;
    if (!reading) {
      dropRest();
      account();
    }
  }

  private void dropRest() {
    if (rest != null) {
      rest.release();
      rest = null;
    }
  }

  /// Updates the accounting of incomplete input; after most reads there is none.
  private void account() {
    int held = (rest == null ? 0 : rest.capacity()) + reader.heldBytes();
    if (held > 0 || partial != null) {
      partial = inputs.update(partial, owner, held, reader.messages());
    }
  }
}
