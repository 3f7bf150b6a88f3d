package dev.tertulia.server.topic;

import dev.tertulia.server.topic.Subscription.Group;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The subscribers of an audience that use the same format. Owned by the loop.
///
/// The publications of one turn are copied once into a single buffer, so that each subscriber costs
/// one write instead of one per publication. A subscriber that must not receive one of them gets
/// the parts before and after it.
final class FormatGroup extends Group {
  private final List<ByteBuf> gathered = new ArrayList<>(1);
  private @Nullable List<Omission> omissions;
  private int gatheredBytes;
  private int turn;

  /// A part of the buffer that some subscribers must not receive.
  ///
  /// @param who the subscribers that must not receive it
  /// @param end the index after its last byte
  private record Omission(Exclusion who, int start, int end) {}

  /// Adds a subscription that receives what is gathered from now on.
  void add(Subscription subscription) {
    subscription.firstTurn = turn;
    subscription.firstByte = gatheredBytes;
    put(subscription);
  }

  /// Gathers a frame and takes over the reference of the caller, unless it fails.
  ///
  /// @param except the subscribers that must not receive it; `null` for none
  void gather(ByteBuf frame, @Nullable Exclusion except) {
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

  /// Delivers to all subscribers. They may unsubscribe while they are served, and then the last one
  /// takes the free index; therefore the iteration runs from the end. A subscriber that fails is
  /// told with [Subscriber#broken], and the rest is served.
  void distribute(DeliveryMeters meters) {
    if (gathered.isEmpty()) {
      return;
    }
    List<Omission> notForAll = omissions;
    omissions = null;
    int thisTurn = turn++;
    meters.delivered(size(), gathered.size(), gatheredBytes);
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

  /// @return the failure to report; `null` if `subscriber` has handled it
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
      if (part.end > at && part.who.covers(subscriber)) {
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

  /// Joins and removes everything gathered, even if it fails.
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
