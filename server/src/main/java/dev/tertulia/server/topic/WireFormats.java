package dev.tertulia.server.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The formats of a server. Each gets the next index when it is added, so a protocol can bring its
/// formats without knowing those of others.
///
/// A format that is made from another one is added after it, and so finds its bytes, see
/// [WireFormat#encode(Publication, io.netty.buffer.ByteBuf[])]. Filled while the server is put
/// together, on one thread.
public final class WireFormats {
  private final List<WireFormat> all = new ArrayList<>();

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

  /// The formats that were added so far, each at its index.
  public List<WireFormat> all() {
    return List.copyOf(all);
  }
}
