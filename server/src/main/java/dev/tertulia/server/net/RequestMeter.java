package dev.tertulia.server.net;

import dev.tertulia.server.protocol.ClientId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// Charges what a socket sends as HTTP, from the first byte of a request until it is answered.
/// First in the pipeline, so that it counts what the decoder holds as well. Owned by the loop.
///
/// A request has a deadline of its own; what is bounded here is memory. A body is held twice while
/// it is being answered, so every byte is charged as [#WEIGHT]; the fields of a head are charged as
/// [#FIELD_BYTES] more each. Nothing is charged for a socket that holds no more than [#FREE_BYTES].
final class RequestMeter extends ChannelInboundHandlerAdapter implements PartialInput.Owner {
  /// How many bytes of memory a byte of a request takes.
  static final int WEIGHT = 2;

  /// What the name, the value and the entry of a field take in memory besides their characters.
  static final int FIELD_BYTES = 128;

  /// An ordinary request, with its head.
  static final int FREE_BYTES = 4 * 1024;

  private final PartialInputs inputs;
  private final Channel channel;
  private final Runnable noRoom;
  private @Nullable PartialInput part;
  private int arrived;
  private boolean discarding;

  /// @param noRoom refuses what has begun to arrive, because it is to be forgotten
  RequestMeter(PartialInputs inputs, Channel channel, Runnable noRoom) {
    this.inputs = inputs;
    this.channel = channel;
    this.noRoom = noRoom;
  }

  /// A request has so many fields, and waits for its answer.
  void parsed(int fields) {
    arrived += fields * FIELD_BYTES / WEIGHT;
    settle();
  }

  /// Whether anything has arrived of a request that is not answered.
  boolean hasBegun() {
    return arrived > 0;
  }

  /// The request is whole, and counts until [#answered].
  ///
  /// @return `false` if there is no room for it
  boolean whole() {
    if (part == null) {
      return true;
    }
    inputs.setWhole(part, true);
    return !part.isExceeding();
  }

  /// What has arrived until now is answered.
  ///
  /// @param begun how many bytes are held of a request that follows
  void answered(int begun) {
    arrived = begun;
    if (part != null) {
      inputs.setWhole(part, false);
    }
    settle();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    arrived += ((ByteBuf) message).readableBytes();
    settle();
    if (part != null) {
      inputs.makeRoom(part);
    }
    if (discarding) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    answered(0);
  }

  @Override
  public AddressBlock address() {
    return Admission.blockOf(channel);
  }

  @Override
  public @Nullable ClientId client() {
    return null;
  }

  @Override
  public boolean isUntimed() {
    return true;
  }

  @Override
  public void dropForRoom() {
    discarding = true;
    answered(0);
    noRoom.run();
  }

  @Override
  public void dropAsTooSlow() {
    // It has a deadline of its own.
  }

  private void settle() {
    int bytes = discarding ? 0 : arrived * WEIGHT;
    if (bytes > FREE_BYTES || part != null) {
      part = inputs.update(part, this, bytes <= FREE_BYTES ? 0 : bytes, 0);
    }
  }
}
