package dev.tertulia.server.topic;

/// One subscriber's place among the subscribers of one topic on one loop. Owned by that loop.
public final class Subscription {
  private final Audience audience;
  private final Subscriber subscriber;
  private final int format;

  /// Where it stands in its audience's array; kept by the audience.
  int place;

  /// The turn of the audience in which it began, and how many bytes had been gathered by then,
  /// which are not for it.
  final int firstTurn;

  final int firstByte;

  Subscription(Audience audience, Subscriber subscriber, int format, int firstTurn, int firstByte) {
    this.audience = audience;
    this.subscriber = subscriber;
    this.format = format;
    this.firstTurn = firstTurn;
    this.firstByte = firstByte;
  }

  /// What it is a subscription to.
  public TopicName topic() {
    return audience.topic();
  }

  Audience audience() {
    return audience;
  }

  Subscriber subscriber() {
    return subscriber;
  }

  int format() {
    return format;
  }
}
