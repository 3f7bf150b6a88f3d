package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
  private final SendBudget budget = new SendBudget(2 * SendQueue.ENTRY_BYTES + 1500);
  private final SendQueue queue = new SendQueue(SendQueue.ENTRY_BYTES + 1000, budget);

  private static ByteBuf frame(int size) {
    return ByteBufAllocator.DEFAULT.buffer(size).writeZero(size);
  }

  /// A socket that takes so many frames, and no more.
  private static final class Socket implements Transport {
    private final List<Integer> sizes = new ArrayList<>();
    private int room;

    @Override
    public void write(ByteBuf frames) {
      room--;
      sizes.add(frames.readableBytes());
      frames.release();
    }

    @Override
    public boolean isWritable() {
      return room > 0;
    }

    @Override
    public int writableBytes() {
      return isWritable() ? Integer.MAX_VALUE : 0;
    }

    @Override
    public void flush() {}

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
  void framesAreWrittenInOrderWhileTheSocketAcceptsThem() {
    Socket socket = new Socket();
    assertThat(SendQueue.ENTRY_BYTES).isBetween(64, 200);
    for (int size = 1; size <= 5; size++) {
      assertThat(queue.offer(frame(size))).isTrue();
    }
    socket.room = 3;
    queue.drainTo(socket);
    assertThat(socket.sizes).containsExactly(1, 2, 3);
    assertThat(queue.bytes()).isEqualTo(9 + 2 * SendQueue.ENTRY_BYTES);
    assertThat(budget.used()).isEqualTo(9 + 2 * SendQueue.ENTRY_BYTES);
    socket.room = 10;
    queue.drainTo(socket);
    assertThat(socket.sizes).containsExactly(1, 2, 3, 4, 5);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aFrameAboveTheLimitIsRefusedAndStaysWithTheCaller() {
    assertThat(queue.offer(frame(1000))).isTrue();
    ByteBuf tooMuch = frame(1);
    assertThat(queue.offer(tooMuch)).isFalse();
    assertThat(tooMuch.release()).isTrue();
    assertThat(budget.used()).isEqualTo(1000 + SendQueue.ENTRY_BYTES);
    queue.drop();
    assertThat(queue.isEmpty()).isTrue();
    assertThat(budget.used()).isZero();
  }

  @Test
  void smallFramesAreChargedForTheirQueueEntry() {
    int taken = 0;
    ByteBuf next = frame(1);
    while (queue.offer(next)) {
      taken++;
      next = frame(1);
    }
    next.release();
    assertThat(taken).isEqualTo((1000 + SendQueue.ENTRY_BYTES) / (1 + SendQueue.ENTRY_BYTES));
    queue.drop();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aSharedFrameIsChargedInFullToEachQueueAndExceedsTheBudgetOfAll() {
    SendQueue other = new SendQueue(SendQueue.ENTRY_BYTES + 1000, budget);
    ByteBuf shared = frame(800);
    queue.offer(shared.retainedDuplicate());
    assertThat(budget.isExceeded()).isFalse();
    other.offer(shared);
    assertThat(budget.used()).isEqualTo(1600 + 2 * SendQueue.ENTRY_BYTES);
    assertThat(budget.isExceeded()).isTrue();
    queue.drop();
    other.drop();
  }
}
