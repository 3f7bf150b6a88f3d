package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// The subscribers of one topic on one loop, and what this turn has brought for them. Owned by the
/// loop.
final class Audience {
  private final TopicName topic;
  private final @Nullable Listeners[] byFormat;
  private int size;
  private boolean waiting;

  Audience(TopicName topic, int formats) {
    this.topic = topic;
    byFormat = new Listeners[formats];
  }

  TopicName topic() {
    return topic;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isEmpty(int format) {
    Listeners listeners = byFormat[format];
    return listeners == null || listeners.isEmpty();
  }

  Subscription add(int format, Subscriber subscriber) {
    Listeners listeners = byFormat[format];
    if (listeners == null) {
      listeners = new Listeners();
      byFormat[format] = listeners;
    }
    size++;
    return listeners.add(this, format, subscriber);
  }

  void remove(Subscription subscription) {
    Listeners listeners = byFormat[subscription.format()];
    if (listeners != null) {
      size--;
      listeners.remove(subscription);
    }
  }

  /// Takes over the references that `delivery` brings.
  ///
  /// @return whether it is the first of this turn
  boolean gather(Delivery delivery) {
    for (int i = 0; i < byFormat.length; i++) {
      ByteBuf frame = delivery.frames()[i];
      Listeners listeners = byFormat[i];
      if (frame == null) {
        continue;
      }
      if (listeners == null) {
        frame.release();
      } else {
        listeners.gather(frame);
      }
    }
    boolean first = !waiting;
    waiting = true;
    return first;
  }

  void distribute() {
    waiting = false;
    for (Listeners listeners : byFormat) {
      if (listeners != null) {
        listeners.distribute();
      }
    }
  }
}
