package dev.tertulia.server.topic;

/// One subscriber's place among the subscribers of one topic on one loop. Owned by that loop.
///
/// It begins active, or watching: then the loop is handed the topic's publications and the
/// subscriber is not, until [LoopTopics#activate] says from where on.
public final class Subscription {
  /// The place of one that has ended.
  static final int NOWHERE = -1;

  /// How far it has come.
  enum State {
    WATCHING,
    PARKED,
    ACTIVE
  }

  private final Audience audience;
  private final Subscriber subscriber;
  private final byte format;

  /// While it watches, the stamp of the interest that it began with: what is handed over under this
  /// one, or a greater one, is what comes to it. From then on, the offset of the last entry that
  /// does not come to it; 0 if the loop had not been handed any.
  private long mark;

  /// Kept by the audience, with its place in the group for that state.
  State state;

  int place = NOWHERE;

  /// The turn of the audience in which it became active, and how many bytes had been gathered by
  /// then, which are not for it.
  int firstTurn;

  int firstByte;

  Subscription(Audience audience, Subscriber subscriber, int format, long mark, State state) {
    this.audience = audience;
    this.subscriber = subscriber;
    this.format = (byte) format;
    this.mark = mark;
    this.state = state;
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

  /// The stamp of one that watches.
  long stamp() {
    return mark;
  }

  /// The last entry that does not come to one that is past watching.
  long begin() {
    return mark;
  }

  void beginBehind(long offset) {
    mark = offset;
  }
}
