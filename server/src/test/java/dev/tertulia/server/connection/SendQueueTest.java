package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What waits for a socket that takes no more.
final class SendQueueTest {
  private final SendQueue queue = new SendQueue(10);
  private final Taking wire = new Taking();

  /// A socket that takes so many writes and no more.
  private static final class Taking implements Wire {
    private final List<ByteBuf> written = new ArrayList<>();
    private int takes;

    @Override
    public void write(ByteBuf frames) {
      written.add(frames);
      takes--;
    }

    @Override
    public boolean isWritable() {
      return takes > 0;
    }

    @Override
    public void flush() {
      throw new AssertionError("the queue does not flush");
    }

    @Override
    public void ping() {}

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void close(CloseReason reason) {}
  }

  @Test
  void framesLeaveInTheOrderInWhichTheyCame() {
    ByteBuf a = frame(3);
    ByteBuf b = frame(4);
    ByteBuf c = frame(3);
    assertThat(queue.offer(a)).isTrue();
    assertThat(queue.offer(b)).isTrue();
    assertThat(queue.offer(c)).isTrue();
    wire.takes = 2;
    queue.drainTo(wire);
    assertThat(wire.written).hasSize(2);
    assertThat(wire.written.get(0)).isSameAs(a);
    assertThat(wire.written.get(1)).isSameAs(b);
    assertThat(queue.isEmpty()).isFalse();
    wire.takes = 2;
    queue.drainTo(wire);
    assertThat(wire.written.get(2)).isSameAs(c);
    assertThat(queue.isEmpty()).isTrue();
    wire.written.forEach(ByteBuf::release);
  }

  @Test
  void pastTheBoundAnOfferIsRefusedAndTheFrameStaysTheCallers() {
    ByteBuf fits = frame(10);
    ByteBuf more = frame(1);
    assertThat(queue.offer(fits)).isTrue();
    assertThat(queue.offer(more)).isFalse();
    assertThat(more.refCnt()).isEqualTo(1);
    more.release();
    queue.drop();
    assertThat(fits.refCnt()).isZero();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void whatHasLeftMakesRoom() {
    assertThat(queue.offer(frame(10))).isTrue();
    wire.takes = 1;
    queue.drainTo(wire);
    assertThat(queue.offer(frame(10))).isTrue();
    queue.drop();
    assertThat(queue.offer(frame(10))).isTrue();
    queue.drop();
    wire.written.forEach(ByteBuf::release);
  }

  private static ByteBuf frame(int bytes) {
    return Unpooled.directBuffer(bytes).writeZero(bytes);
  }
}
