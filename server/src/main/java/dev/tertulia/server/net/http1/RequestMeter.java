package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.PartialInput;
import dev.tertulia.server.net.loop.PartialInputs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// Charges the HTTP input of a socket, from the first byte of a request until it is answered. First
/// in the pipeline, so that it counts what the decoder holds as well. Owned by the loop.
///
/// Requests have a deadline elsewhere; this bounds memory. A body is held twice while it is being
/// answered, so every byte is charged [#WEIGHT] times; each header field is charged [#FIELD_BYTES]
/// more. Nothing is charged for a socket that holds no more than [#FREE_BYTES].
public final class RequestMeter extends ChannelInboundHandlerAdapter implements PartialInput.Owner {
  /// The memory used by a byte of a request, in bytes.
  static final int WEIGHT = 2;

  /// The memory used by a header field besides its characters, in bytes.
  static final int FIELD_BYTES = 128;

  /// The size of an ordinary request including its head.
  static final int FREE_BYTES = 4 * 1024;

  private final PartialInputs inputs;
  private final Channel channel;
  private final Runnable noRoom;
  private @Nullable PartialInput part;
  private int arrived;
  private boolean discarding;

  /// @param noRoom refuses the request that is arriving, because it must be dropped
  RequestMeter(PartialInputs inputs, Channel channel, Runnable noRoom) {
    this.inputs = inputs;
    this.channel = channel;
    this.noRoom = noRoom;
  }

  /// Records the number of header fields of a request that waits for its answer.
  void parsed(int fields) {
    arrived += fields * FIELD_BYTES / WEIGHT;
    settle();
  }

  /// Whether a part of an unanswered request has arrived.
  boolean hasBegun() {
    return arrived > 0;
  }

  /// Records that the request is complete; it counts until [#answered].
  ///
  /// @return `false` if there is not enough memory
  boolean whole() {
    if (part == null) {
      return true;
    }
    inputs.setWhole(part, true);
    return !part.isExceeding();
  }

  /// Records that everything up to now is answered.
  ///
  /// @param begun the number of bytes held of the next request
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
    // Requests have their own deadline.
  }

  private void settle() {
    int bytes = discarding ? 0 : arrived * WEIGHT;
    if (bytes > FREE_BYTES || part != null) {
      part = inputs.update(part, this, bytes <= FREE_BYTES ? 0 : bytes, 0);
    }
  }
}
