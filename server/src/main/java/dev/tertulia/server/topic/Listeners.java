package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Those subscribers of an audience that share a format. Owned by the loop.
///
/// Many publications of one turn become one buffer, copied together once for all, so that a
/// subscriber costs one write and not one for each.
final class Listeners {
  private static final @Nullable Subscription[] NOBODY = {};

  private @Nullable Subscription[] subscriptions = NOBODY;
  private int size;
  private final List<ByteBuf> gathered = new ArrayList<>(1);
  private int gatheredBytes;
  private int turn;

  boolean isEmpty() {
    return size == 0;
  }

  Subscription add(Audience audience, int format, Subscriber subscriber) {
    Subscription subscription = new Subscription(audience, subscriber, format, turn, gatheredBytes);
    if (size == subscriptions.length) {
      subscriptions = Arrays.copyOf(subscriptions, Math.max(1, size * 2));
    }
    subscription.place = size;
    subscriptions[size++] = subscription;
    return subscription;
  }

  void remove(Subscription subscription) {
    Subscription last = subscriptions[--size];
    subscriptions[size] = null;
    if (last != null && last != subscription) {
      last.place = subscription.place;
      subscriptions[last.place] = last;
    }
  }

  /// Takes over the caller's reference.
  void gather(ByteBuf frame) {
    gathered.add(frame);
    gatheredBytes += frame.readableBytes();
  }

  /// Subscribers may close, and so unsubscribe, while they are served: the last takes the place of
  /// one that goes, hence the way from the end.
  void distribute() {
    if (gathered.isEmpty()) {
      return;
    }
    ByteBuf frames = join();
    int thisTurn = turn++;
    for (int i = size - 1; i >= 0; i--) {
      Subscription subscription = subscriptions[i];
      if (subscription != null) {
        int from = subscription.firstTurn == thisTurn ? subscription.firstByte : 0;
        if (from < frames.readableBytes()) {
          subscription.subscriber().deliver(frames, from);
        }
      }
    }
    frames.release();
  }

  private ByteBuf join() {
    ByteBuf first = gathered.getFirst();
    if (gathered.size() > 1) {
      ByteBuf all = first.alloc().directBuffer(gatheredBytes, gatheredBytes);
      for (ByteBuf frame : gathered) {
        all.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
        frame.release();
      }
      first = all;
    }
    gathered.clear();
    gatheredBytes = 0;
    return first;
  }
}
