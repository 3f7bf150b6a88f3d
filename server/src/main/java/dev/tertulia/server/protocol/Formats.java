package dev.tertulia.server.protocol;

import dev.tertulia.server.topic.WireFormat;
import dev.tertulia.server.topic.WireFormats;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Where a protocol adds its formats to those of the server. For the thread on which the server is
/// put together.
public final class Formats {
  private final WireFormats all;
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

  /// @param all receives the formats
  /// @param compression `null` if the server does not compress
  public Formats(WireFormats all, @Nullable Compression compression) {
    this.all = all;
    this.compression = compression;
  }

  /// Adds a format.
  ///
  /// @param constructor makes the format, given its index
  public <F extends WireFormat> F add(IntFunction<F> constructor) {
    return all.add(constructor);
  }

  /// Adds a format in WebSocket frames, and the same compressed if the server compresses.
  ///
  /// @param constructor makes the format, given its index
  public SocketFormats addForWebSocket(IntFunction<WireFormat> constructor) {
    WireFormat plain = all.add(constructor);
    Compression shorter = compression;
    return new SocketFormats(
        plain, shorter == null ? null : all.add(index -> shorter.of(index, plain)));
  }
}
