package dev.tertulia.server.protocol;

import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.WireFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The formats of a server. Each gets the next index when it is added, so a protocol can bring its
/// formats without knowing those of others.
///
/// A format that is made from another one is added after it, and so finds its bytes, see
/// [WireFormat#encode(dev.tertulia.server.topic.Publication, io.netty.buffer.ByteBuf[])]. For the
/// thread on which the server is put together.
public final class Formats {
  private final List<WireFormat> all = new ArrayList<>();
  private final @Nullable Compression compression;

  /// Compresses a format for WebSocket.
  @FunctionalInterface
  public interface Compression {
    /// Makes the compressed format.
    ///
    /// @param index the index of the new format
    /// @param plain the format to compress
    WireFormat of(int index, WireFormat plain);
  }

  /// Creates a list without formats.
  ///
  /// @param compression `null` if the server does not compress
  public Formats(@Nullable Compression compression) {
    this.compression = compression;
  }

  /// Adds a format.
  ///
  /// @param constructor makes the format, given its index
  /// @throws IllegalStateException if there are [Fanout#MAX_FORMATS] already
  public <F extends WireFormat> F add(IntFunction<F> constructor) {
    if (all.size() == Fanout.MAX_FORMATS) {
      throw new IllegalStateException("more than " + Fanout.MAX_FORMATS + " formats");
    }
    F format = constructor.apply(all.size());
    all.add(format);
    return format;
  }

  /// Adds a format in WebSocket frames, and the same compressed if the server compresses.
  ///
  /// @param constructor makes the format, given its index
  public SocketFormats addForWebSocket(IntFunction<WireFormat> constructor) {
    WireFormat plain = add(constructor);
    Compression shorter = compression;
    return new SocketFormats(
        plain, shorter == null ? null : add(index -> shorter.of(index, plain)));
  }

  /// The formats that were added so far, each at its index.
  public List<WireFormat> all() {
    return List.copyOf(all);
  }
}
