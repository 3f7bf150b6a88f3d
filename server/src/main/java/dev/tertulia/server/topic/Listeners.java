package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Those subscribers of an audience that share a format. Owned by the loop.
///
/// Many publications of one turn become one buffer, copied together once for all, so that a
/// subscriber costs one write and not one for each. Whoever is not to have one of them gets what
/// lies before it and what lies behind.
final class Listeners extends Group {
  private final List<ByteBuf> gathered = new ArrayList<>(1);
  private @Nullable List<Omission> omissions;
  private int gatheredBytes;
  private int turn;

  /// A part of what was gathered that is not for all.
  ///
  /// @param who those who are not to have it
  /// @param end behind its last byte
  private record Omission(Predicate<Subscriber> who, int start, int end) {}

  /// Adds one that gets what is gathered from here on.
  void add(Subscription subscription) {
    subscription.firstTurn = turn;
    subscription.firstByte = gatheredBytes;
    put(subscription);
  }

  /// Takes over the caller's reference, unless it fails.
  ///
  /// @param except those who are not to have it; `null` if all are
  void gather(ByteBuf frame, @Nullable Predicate<Subscriber> except) {
    int end = gatheredBytes + frame.readableBytes();
    if (except != null) {
      if (omissions == null) {
        omissions = new ArrayList<>(2);
      }
      omissions.add(new Omission(except, gatheredBytes, end));
    }
    gathered.add(frame);
    gatheredBytes = end;
  }

  /// Subscribers may close, and so unsubscribe, while they are served: the last takes the place of
  /// one that goes, hence the way from the end. One that fails at what it is given is told with
  /// [Subscriber#broken], and the rest is served.
  void distribute() {
    if (gathered.isEmpty()) {
      return;
    }
    List<Omission> notForAll = omissions;
    omissions = null;
    int thisTurn = turn++;
    ByteBuf frames = join();
    Throwable failure = null;
    for (int i = size() - 1; i >= 0; i--) {
      Subscription subscription = get(i);
      if (subscription != null) {
        int from = subscription.firstTurn == thisTurn ? subscription.firstByte : 0;
        try {
          if (notForAll != null) {
            deliverAround(subscription, frames, from, notForAll);
          } else if (from < frames.readableBytes()) {
            subscription.subscriber().deliver(frames, from);
          }
        } catch (Throwable e) {
          failure = giveUp(subscription.subscriber(), e, failure);
        }
      }
    }
    frames.release();
    if (failure != null) {
      throw new IllegalStateException("a subscriber failed", failure);
    }
  }

  /// @return what is to be told of all this; `null` if `subscriber` has dealt with its failure
  private static @Nullable Throwable giveUp(
      Subscriber subscriber, Throwable failure, @Nullable Throwable before) {
    try {
      subscriber.broken(failure);
      return before;
    } catch (Throwable e) {
      return e;
    }
  }

  private static void deliverAround(
      Subscription subscription, ByteBuf frames, int from, List<Omission> notForAll) {
    Subscriber subscriber = subscription.subscriber();
    int at = from;
    for (Omission part : notForAll) {
      if (part.end > at && part.who.test(subscriber)) {
        if (part.start > at) {
          subscriber.deliver(frames.slice(frames.readerIndex(), part.start), at);
          if (subscription.place == Subscription.NOWHERE) {
            return;
          }
        }
        at = part.end;
      }
    }
    if (at < frames.readableBytes()) {
      subscriber.deliver(frames, at);
    }
  }

  /// All that was gathered, of which nothing is kept here, also if that fails.
  private ByteBuf join() {
    if (gathered.size() == 1) {
      ByteBuf only = gathered.getFirst();
      gathered.clear();
      gatheredBytes = 0;
      return only;
    }
    try {
      ByteBuf all = gathered.getFirst().alloc().directBuffer(gatheredBytes, gatheredBytes);
      for (int i = 0; i < gathered.size(); i++) {
        ByteBuf frame = gathered.get(i);
        all.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
      }
      return all;
    } finally {
      gathered.forEach(ByteBuf::release);
      gathered.clear();
      gatheredBytes = 0;
    }
  }
}
