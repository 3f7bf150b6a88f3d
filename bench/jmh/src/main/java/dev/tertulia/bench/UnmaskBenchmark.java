package dev.tertulia.bench;

import dev.tertulia.server.net.websocket.FrameReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The cost per message of unmasking the payload of a client.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UnmaskBenchmark {
  @Param({"20", "100", "1000", "16384"})
  private int length;

  private final int mask = 0x37fa213d;
  private byte[] out = {};
  private ByteBuf in = Unpooled.EMPTY_BUFFER;

  @Setup
  public void fill() {
    out = new byte[length];
    in = Unpooled.directBuffer(length).writeBytes(new byte[length]);
  }

  @TearDown
  public void release() {
    in.release();
  }

  /// As the server does it.
  @Benchmark
  public byte[] words() {
    in.readerIndex(0);
    FrameReader.unmask(in, out, 0, length, mask);
    return out;
  }

  /// As RFC 6455 defines it, to compare with.
  @Benchmark
  public byte[] bytes() {
    in.readerIndex(0);
    in.readBytes(out, 0, length);
    for (int i = 0; i < length; i++) {
      out[i] ^= (byte) (mask >> (24 - 8 * (i & 3)));
    }
    return out;
  }
}
