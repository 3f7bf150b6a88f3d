package dev.tertulia.server.net.tls;

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

/// Charges the TLS record of a socket that has not arrived completely. Nothing of it can be
/// decrypted before its end, so the engine keeps it in memory of its own, up to 16 KiB for each
/// socket. Before the engine in the pipeline; owned by the loop.
///
/// A socket whose record is dropped is closed: nothing that it sends afterwards could be decrypted.
final class RecordMeter extends ChannelInboundHandlerAdapter implements PartialInput.Owner {
  /// Nothing is charged for a socket that holds no more.
  static final int FREE_BYTES = 1024;

  /// The type, the version, and the length of the body.
  private static final int HEADER_BYTES = 5;

  private final PartialInputs inputs;
  private final Channel channel;
  private @Nullable PartialInput part;

  /// How much of the header and of the body of the current record has arrived.
  private int header;

  private int body;

  /// The length of the body, according to the header.
  private int length;

  /// The number of complete records.
  private int records;

  private boolean dropped;

  RecordMeter(PartialInputs inputs, Channel channel) {
    this.inputs = inputs;
    this.channel = channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (dropped) {
      ReferenceCountUtil.release(message);
      return;
    }
    follow((ByteBuf) message);
    ctx.fireChannelRead(message);
    settle();
    if (part != null) {
      inputs.makeRoom(part);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    drop();
  }

  /// Finds the ends of records. What is no record is refused by the engine, whatever is found here.
  private void follow(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (header < HEADER_BYTES) {
        length = ((length << Byte.SIZE) & 0xffff) | bytes.getUnsignedByte(at);
        header++;
        at++;
      } else {
        int more = Math.min(length - body, end - at);
        body += more;
        at += more;
      }
      if (header == HEADER_BYTES && body == length) {
        header = 0;
        body = 0;
        records++;
      }
    }
  }

  private void settle() {
    int bytes = dropped ? 0 : header + body;
    if (bytes > FREE_BYTES || part != null) {
      part = inputs.update(part, this, bytes <= FREE_BYTES ? 0 : bytes, records);
    }
  }

  private void drop() {
    dropped = true;
    settle();
  }

  @Override
  public AddressBlock address() {
    return Admission.blockOf(channel);
  }

  @Override
  public @Nullable ClientId client() {
    return null;
  }

  /// While reading is paused, nothing can become complete.
  @Override
  public boolean isUntimed() {
    return !channel.config().isAutoRead();
  }

  @Override
  public void dropForRoom() {
    drop();
    channel.close();
  }

  @Override
  public void dropAsTooSlow() {
    drop();
    channel.close();
  }
}
