package dev.tertulia.server.simulation;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.Transport;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.Json;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A socket in memory, whose peer reads what it wants, when it wants.
public final class FakeTransport implements Transport {
  private final int high;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private byte[] taken = {};
  private int flushed;
  private boolean wasWritable = true;
  private @Nullable CloseReason closed;
  private @Nullable Faults next;
  private boolean paused;
  private int most;

  /// @param high it takes so many bytes before it is writable no more
  public FakeTransport(int high) {
    this.high = high;
  }

  /// Takes up to `bytes` of what was flushed, and gives the frames that are whole by now.
  public List<Json> take(Connection connection, int bytes) {
    int count = Math.min(bytes, flushed);
    byte[] all = written.toByteArray();
    int before = taken.length;
    taken = Arrays.copyOf(taken, before + count);
    System.arraycopy(all, 0, taken, before, count);
    written.reset();
    written.write(all, count, all.length - count);
    flushed -= count;
    if (!wasWritable && isWritable()) {
      wasWritable = true;
      connection.writable();
    }
    return frames();
  }

  private List<Json> frames() {
    List<Json> whole = new ArrayList<>();
    int at = 0;
    while (taken.length - at >= 2) {
      int length = taken[at + 1] & 0x7f;
      int header = 2;
      if (length == 126 && taken.length - at >= 4) {
        length = ((taken[at + 2] & 0xff) << 8) | (taken[at + 3] & 0xff);
        header = 4;
      } else if (length == 127 && taken.length - at >= 10) {
        length = 0;
        for (int i = 6; i < 10; i++) {
          length = (length << 8) | (taken[at + i] & 0xff);
        }
        header = 10;
      } else if (length >= 126) {
        break;
      }
      if (taken.length - at < header + length) {
        break;
      }
      whole.add(Json.parse(new String(taken, at + header, length, StandardCharsets.UTF_8)));
      at += header + length;
    }
    taken = Arrays.copyOfRange(taken, at, taken.length);
    return whole;
  }

  /// Why this side has closed it; `null` if it has not.
  public @Nullable CloseReason closed() {
    return closed;
  }

  /// Whether this side reads nothing at present.
  public boolean isPaused() {
    return paused;
  }

  /// Whether something is in it that the peer has not taken.
  public boolean holds() {
    return written.size() > 0;
  }

  /// The most bytes that it ever held.
  public int most() {
    return most;
  }

  @Override
  public void write(ByteBuf frames) {
    byte[] bytes = new byte[frames.readableBytes()];
    frames.getBytes(frames.readerIndex(), bytes);
    frames.release();
    written.writeBytes(bytes);
    most = Math.max(most, written.size());
    wasWritable = isWritable();
  }

  /// Has the next flush fail.
  public void failNext(Faults fault) {
    next = fault;
  }

  @Override
  public void flush() {
    Faults fault = next;
    next = null;
    if (fault != null) {
      fault.raise();
    }
    flushed = written.size();
  }

  @Override
  public boolean isWritable() {
    return written.size() < high;
  }

  @Override
  public int writableBytes() {
    return Math.max(0, high - written.size());
  }

  @Override
  public void ping() {}

  @Override
  public void pauseReading() {
    paused = true;
  }

  @Override
  public void resumeReading() {
    paused = false;
  }

  @Override
  public void close(CloseReason reason) {
    closed = reason;
  }
}
