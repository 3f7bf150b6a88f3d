package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// A subscriber that records what is delivered to it.
final class RecordingSubscriber implements Subscriber {
  private final StringBuilder digits = new StringBuilder();

  @Override
  public void deliver(ByteBuf frames, int from) {
    digits.append(frames.toString(StandardCharsets.US_ASCII), from, frames.readableBytes());
  }

  @Override
  public String toString() {
    return digits.toString();
  }
}
