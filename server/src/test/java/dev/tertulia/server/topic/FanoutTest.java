package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.ManualLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FanoutTest {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  private static final TopicName OTHER = TopicName.room(new RoomName("other"));

  private final TextFormat plain = new TextFormat(0, "");
  private final TextFormat loud = new TextFormat(1, "!");
  private final Fanout fanout = new Fanout(List.of(plain, loud));
  private final List<ManualLoop> loops = List.of(new ManualLoop(0), new ManualLoop(1));
  private final List<LoopTopics> topics = new ArrayList<>();

  FanoutTest() {
    for (ManualLoop loop : loops) {
      topics.add(loop.topicsOf(fanout));
    }
  }

  /// Says each entry's message, and counts how often.
  private static final class TextFormat extends PublicationFormat {
    private final String mark;
    private int encoded;

    TextFormat(int index, String mark) {
      super(index);
      this.mark = mark;
    }

    @Override
    public ByteBuf encode(Publication publication) {
      encoded++;
      String message =
          publication.entry() instanceof Entry.Notification notification
              ? notification.message()
              : ((Entry.Chat) publication.entry()).message();
      String text = message + mark + " ";
      return ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text);
    }
  }

  /// Notes what it is given, and in how many pieces.
  private static final class Listener implements Subscriber {
    private final StringBuilder heard = new StringBuilder();
    private int deliveries;
    private int rollbacks;
    private Runnable onDelivery = () -> {};

    @Override
    public void deliver(ByteBuf frames, int from) {
      deliveries++;
      heard.append(
          frames.toString(
              frames.readerIndex() + from, frames.readableBytes() - from, StandardCharsets.UTF_8));
      onDelivery.run();
    }

    @Override
    public void rolledBack(TopicName topic) {
      rollbacks++;
    }
  }

  private static Publication say(TopicName topic, int number) {
    Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "m" + number);
    return Publication.kept(topic, new Position(1, number), 0, "", chat);
  }

  private void turn() {
    loops.forEach(ManualLoop::turn);
  }

  @Test
  void aPublicationIsEncodedOnceForEachFormatInUse() {
    List<Listener> listeners = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      listeners.add(new Listener());
      topics.get(i % 2).subscribe(LOBBY, i < 5 ? plain : loud, listeners.get(i));
    }
    fanout.publish(List.of(say(LOBBY, 1)));
    turn();
    assertThat(listeners.subList(0, 5)).allMatch(l -> l.heard.toString().equals("m1 "));
    assertThat(listeners.subList(5, 10)).allMatch(l -> l.heard.toString().equals("m1! "));
    assertThat(plain.encoded).isEqualTo(1);
    assertThat(loud.encoded).isEqualTo(1);
  }

  /// One reference for each format, though the buffer is the same.
  @Test
  void aFormatMayReuseTheBytesOfAnother() {
    WireFormat same =
        new PublicationFormat(1) {
          @Override
          public ByteBuf encode(Publication publication) {
            return plain.encode(publication);
          }

          @Override
          public ByteBuf encode(Publication publication, @Nullable ByteBuf[] others) {
            ByteBuf atHand = others[0];
            return atHand == null ? encode(publication) : atHand.retain();
          }
        };
    Fanout sharing = new Fanout(List.of(plain, same));
    List<LoopTopics> all = new ArrayList<>();
    for (ManualLoop loop : loops) {
      all.add(loop.topicsOf(sharing));
    }
    Listener two = new Listener();
    all.get(1).subscribe(LOBBY, same, two);
    sharing.publish(List.of(say(LOBBY, 1)));
    turn();
    assertThat(plain.encoded).isEqualTo(1);
    Listener one = new Listener();
    all.get(0).subscribe(LOBBY, plain, one);
    sharing.publish(List.of(say(LOBBY, 2), say(LOBBY, 3)));
    turn();
    assertThat(plain.encoded).isEqualTo(3);
    assertThat(one.heard.toString()).isEqualTo("m2 m3 ");
    assertThat(two.heard.toString()).isEqualTo("m1 m2 m3 ");
  }

  @Test
  void aTopicWithoutSubscribersIsNeitherEncodedNorHandedOver() {
    topics.get(0).subscribe(LOBBY, plain, new Listener());
    fanout.publish(List.of(say(OTHER, 1), say(LOBBY, 2)));
    assertThat(plain.encoded).isEqualTo(1);
    assertThat(loud.encoded).isZero();
    assertThat(loops.get(1).waiting()).as("tasks for a loop without subscribers").isZero();
    turn();
  }

  @Test
  void publicationsOfOneTurnArriveTogetherAndInOrder() {
    Listener listener = new Listener();
    topics.get(0).subscribe(LOBBY, plain, listener);
    fanout.publish(List.of(say(LOBBY, 1), say(LOBBY, 2)));
    fanout.publish(List.of(say(LOBBY, 3)));
    turn();
    assertThat(listener.heard.toString()).isEqualTo("m1 m2 m3 ");
    assertThat(listener.deliveries).isEqualTo(1);
  }

  @Test
  void aSubscriberThatJoinsDuringATurnGetsLaterPublications() {
    Listener first = new Listener();
    Listener second = new Listener();
    topics.get(0).subscribe(LOBBY, plain, first);
    fanout.publish(List.of(say(LOBBY, 1)));
    loops.get(0).execute(() -> topics.get(0).subscribe(LOBBY, plain, second));
    fanout.publish(List.of(say(LOBBY, 2)));
    turn();
    fanout.publish(List.of(say(LOBBY, 3)));
    turn();
    assertThat(first.heard.toString()).isEqualTo("m1 m2 m3 ");
    assertThat(second.heard.toString()).isEqualTo("m2 m3 ");
  }

  @Test
  void aSubscriberThatLeavesDuringATurnGetsNothingMore() {
    Listener stays = new Listener();
    Listener goes = new Listener();
    Subscription subscription = topics.get(0).subscribe(LOBBY, plain, goes);
    topics.get(0).subscribe(LOBBY, plain, stays);
    fanout.publish(List.of(say(LOBBY, 1)));
    loops.get(0).execute(() -> topics.get(0).unsubscribe(subscription));
    turn();
    assertThat(goes.heard.toString()).isEmpty();
    assertThat(stays.heard.toString()).isEqualTo("m1 ");
  }

  @Test
  void aSubscriberMayUnsubscribeDuringDeliveryAndNoOtherMissesAnything() {
    Listener[] listeners = new Listener[5];
    for (int i = 0; i < listeners.length; i++) {
      listeners[i] = new Listener();
      Subscription subscription = topics.get(0).subscribe(LOBBY, plain, listeners[i]);
      if (i % 2 == 0) {
        listeners[i].onDelivery = () -> topics.get(0).unsubscribe(subscription);
      }
    }
    fanout.publish(List.of(say(LOBBY, 1)));
    turn();
    assertThat(Arrays.stream(listeners)).allMatch(l -> l.heard.toString().equals("m1 "));
    fanout.publish(List.of(say(LOBBY, 2)));
    turn();
    assertThat(Arrays.stream(listeners).map(l -> l.deliveries)).containsExactly(1, 2, 1, 2, 1);
  }

  @Test
  void aTopicWithoutSubscribersIsRemoved() {
    Subscription one = topics.get(0).subscribe(LOBBY, plain, new Listener());
    Subscription two = topics.get(1).subscribe(LOBBY, loud, new Listener());
    topics.get(0).unsubscribe(one);
    assertThat(fanout.subscribedTopics()).isEqualTo(1);
    topics.get(1).unsubscribe(two);
    assertThat(fanout.subscribedTopics()).isZero();
    assertThat(topics).allMatch(t -> t.size() == 0);
  }

  private static Publication whisper(TopicName topic, int number, Subscriber except) {
    Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "w" + number);
    return new Publication(topic, null, 0, 0, "", chat, new Exclusion.One(except));
  }

  @Test
  void anExcludedPublicationIsOmittedForOneAndKeepsItsPlaceForOthers() {
    Listener all = new Listener();
    Listener some = new Listener();
    topics.get(0).subscribe(LOBBY, plain, all);
    topics.get(0).subscribe(LOBBY, plain, some);
    fanout.publish(
        List.of(
            whisper(LOBBY, 1, some),
            say(LOBBY, 2),
            whisper(LOBBY, 3, some),
            whisper(LOBBY, 4, some),
            say(LOBBY, 5),
            whisper(LOBBY, 6, some)));
    turn();
    assertThat(all.heard.toString()).isEqualTo("w1 m2 w3 w4 m5 w6 ");
    assertThat(all.deliveries).isEqualTo(1);
    assertThat(some.heard.toString()).isEqualTo("m2 m5 ");
  }

  @Test
  void aSubscriberThatLeavesBeforeAnExclusionGetsNothingAfterIt() {
    Listener goes = new Listener();
    Listener stays = new Listener();
    Subscription subscription = topics.get(0).subscribe(LOBBY, plain, goes);
    topics.get(0).subscribe(LOBBY, plain, stays);
    goes.onDelivery = () -> topics.get(0).unsubscribe(subscription);
    fanout.publish(List.of(say(LOBBY, 1), whisper(LOBBY, 2, goes), say(LOBBY, 3)));
    turn();
    assertThat(goes.heard.toString()).isEqualTo("m1 ");
    assertThat(stays.heard.toString()).isEqualTo("m1 w2 m3 ");
  }

  @Test
  void aPublicationThatNoFormatEncodesIsNotHandedOver() {
    WireFormat silent =
        new PublicationFormat(0) {
          @Override
          public @Nullable ByteBuf encode(Publication publication) {
            return null;
          }
        };
    Fanout half = new Fanout(List.of(silent, loud));
    ManualLoop loop = loops.get(0);
    LoopTopics own = loop.topicsOf(half);
    Listener mute = new Listener();
    own.subscribe(LOBBY, silent, mute);
    half.publish(List.of(say(LOBBY, 1)));
    assertThat(loop.waiting()).isZero();
    Listener heard = new Listener();
    own.subscribe(LOBBY, loud, heard);
    half.publish(List.of(say(LOBBY, 2)));
    turn();
    assertThat(mute.heard.toString()).isEmpty();
    assertThat(heard.heard.toString()).isEqualTo("m2! ");
  }

  @Test
  void aPendingSubscriberReceivesNothingBeforeItsActivation() {
    Listener listener = new Listener();
    Subscription watching = topics.get(0).watch(LOBBY, plain, listener);
    fanout.publish(List.of(say(LOBBY, 1)));
    turn();
    assertThat(topics.get(0).activate(watching, 0)).as("1 was handed over already").isFalse();
    assertThat(topics.get(0).activate(watching, 3)).isTrue();
    fanout.publish(List.of(say(LOBBY, 2), say(LOBBY, 3), say(LOBBY, 4), say(LOBBY, 5)));
    turn();
    assertThat(listener.heard.toString()).isEqualTo("m4 m5 ");
    topics.get(0).unsubscribe(watching);
    topics.get(0).unsubscribe(watching);
    assertThat(fanout.subscribedTopics()).isZero();
  }

  @Test
  void aPendingSubscriberReceivesTheSignalsAfterItsPosition() {
    Listener listener = new Listener();
    Subscription watching = topics.get(0).watch(LOBBY, plain, listener);
    assertThat(topics.get(0).activate(watching, 2)).isTrue();
    fanout.publish(List.of(say(LOBBY, 1), signal(1), say(LOBBY, 2), signal(2), say(LOBBY, 3)));
    turn();
    assertThat(listener.heard.toString()).isEqualTo("s2 m3 ");
    topics.get(0).unsubscribe(watching);
  }

  private static Publication signal(int head) {
    Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "s" + head);
    return new Publication(LOBBY, null, head, 0, "", chat, null);
  }

  @Test
  void allSubscribersOfATopicAreToldThatItsLogHasLostItsEnd() {
    List<Listener> listeners = IntStream.range(0, 4).mapToObj(i -> new Listener()).toList();
    Subscription active = topics.get(0).subscribe(LOBBY, plain, listeners.get(0));
    Subscription watching = topics.get(0).watch(LOBBY, plain, listeners.get(1));
    Subscription parked = topics.get(1).watch(LOBBY, loud, listeners.get(2));
    Subscription elsewhere = topics.get(0).subscribe(OTHER, plain, listeners.get(3));
    assertThat(topics.get(1).activate(parked, 7)).isTrue();
    fanout.publish(List.of(say(LOBBY, 8)));
    fanout.rolledBack(LOBBY);
    turn();
    assertThat(listeners.stream().map(l -> l.rollbacks)).containsExactly(1, 1, 1, 0);
    assertThat(topics.get(0).activate(watching, 3)).as("8 is there no more").isTrue();
    topics.get(0).unsubscribe(active);
    topics.get(0).unsubscribe(watching);
    topics.get(1).unsubscribe(parked);
    topics.get(0).unsubscribe(elsewhere);
  }

  /// Against a model: everybody has heard exactly what was published between his coming and his
  /// going.
  @Test
  void atRandomEverySubscriberReceivesExactlyItsPublications() {
    long seed = System.nanoTime();
    System.out.println("FanoutTest: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      List<Listener> listeners = new ArrayList<>();
      List<Subscription> subscriptions = new ArrayList<>();
      List<StringBuilder> expected = new ArrayList<>();
      IntStream.range(0, 50)
          .forEach(number -> {
            int dice = random.nextInt(4);
            if (dice == 0 || listeners.isEmpty()) {
              listeners.add(new Listener());
              expected.add(new StringBuilder());
              loops
                  .get(0)
                  .execute(() ->
                      subscriptions.add(
                          topics
                              .get(0)
                              .subscribe(LOBBY, plain, listeners.get(subscriptions.size()))));
            } else if (dice == 1) {
              turn();
            } else {
              fanout.publish(List.of(say(LOBBY, number)));
              // Interest is known from the turn in which the first subscriber came.
              if (!subscriptions.isEmpty()) {
                expected.forEach(text -> text.append("m").append(number).append(' '));
              }
            }
          });
      turn();
      for (int i = 0; i < listeners.size(); i++) {
        assertThat(listeners.get(i).heard.toString())
            .as("seed %s", seed)
            .isEqualTo(expected.get(i).toString());
      }
      subscriptions.forEach(topics.get(0)::unsubscribe);
    }
  }

  private static Publication notify(TopicName topic, int number) {
    Entry.Scope scope =
        topic.equals(TopicName.BROADCASTS) ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL;
    Entry.Notification entry = new Entry.Notification(new ClientId("ana"), scope, "n" + number);
    return Publication.kept(topic, new Position(1, number), 0, "", entry);
  }

  /// An inbox and the broadcasts are one to their reader, who has a subscription to each.
  @Test
  void inboxEntriesAndBroadcastsOfOneTurnKeepTheOrderOfStorage() {
    TopicName inbox = TopicName.inbox(new ClientId("bea"));
    TopicName other = TopicName.inbox(new ClientId("cid"));
    Listener bea = new Listener();
    Listener cid = new Listener();
    Listener talker = new Listener();
    topics.get(0).subscribe(TopicName.BROADCASTS, plain, bea);
    topics.get(0).subscribe(inbox, plain, bea);
    topics.get(0).subscribe(other, plain, cid);
    topics.get(0).subscribe(TopicName.BROADCASTS, plain, cid);
    topics.get(0).subscribe(LOBBY, plain, talker);
    fanout.publish(
        List.of(
            notify(inbox, 1),
            say(LOBBY, 1),
            notify(TopicName.BROADCASTS, 2),
            notify(other, 3),
            notify(inbox, 4),
            say(LOBBY, 2)));
    fanout.publish(
        List.of(
            notify(TopicName.BROADCASTS, 5),
            notify(TopicName.BROADCASTS, 6),
            say(LOBBY, 3),
            notify(inbox, 7)));
    turn();
    assertThat(bea.heard.toString()).isEqualTo("n1 n2 n4 n5 n6 n7 ");
    assertThat(cid.heard.toString()).isEqualTo("n2 n3 n5 n6 ");
    assertThat(talker.heard.toString()).isEqualTo("m1 m2 m3 ");
    // The next turn begins anew.
    fanout.publish(List.of(notify(TopicName.BROADCASTS, 8)));
    turn();
    fanout.publish(List.of(notify(inbox, 9), notify(TopicName.BROADCASTS, 10)));
    turn();
    assertThat(bea.heard.toString()).endsWith("n7 n8 n9 n10 ");
  }
}
