package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.client.testing.Peer;
import dev.tertulia.client.testing.ScriptedServer;
import dev.tertulia.client.testing.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole runs against servers that behave: everything is counted, once.
final class LoadRunTest {
  private static void assertAllCame(LoadReport report, long deliveriesAMessage) {
    assertThat(report.refusals().counts()).isEmpty();
    assertThat(report.endings().counts()).isEmpty();
    assertThat(report.sent()).isPositive();
    assertThat(report.expected()).isEqualTo(report.sent() * deliveriesAMessage);
    assertThat(report.delivered()).isEqualTo(report.expected());
    assertThat(report.latency().getTotalCount()).isEqualTo(report.expected());
    assertThat(report.lost()).isZero();
    assertThat(report.surplus()).isZero();
    assertThat(report.isFlawless()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyDeliveryOfAFanoutIsCounted(int threads) throws Exception {
    try (ScriptedServer server = ScriptedServer.fanningOut()) {
      LoadReport report = Runs.to(server.url()).crowd(20, 0, threads).run();
      assertAllCame(report, 20);
      assertThat(report.sent()).as("200 a second, for 0.4 s").isEqualTo(80);
      assertThat(report.opened()).isEqualTo(20);
      assertThat(report.deliveriesPerSecond()).isPositive();
      assertThat(server.complaints()).isEmpty();
    }
  }

  @Test
  void eachConnectionUsesItsNumberInItsAddressAndItsMessages() throws Exception {
    Set<String> said = ConcurrentHashMap.newKeySet();
    Set<String> asked = ConcurrentHashMap.newKeySet();
    try (ScriptedServer server =
        ScriptedServer.start((from, text) -> {
          asked.add(from.path());
          said.add(text.split(":", 2)[0]);
          from.send(text);
        })) {
      Runs.to(server.url()).saying("#:@", 0, Expect.SENDER).run();
    }
    assertThat(asked).containsExactlyInAnyOrder("/c0", "/c1", "/c2", "/c3", "/c4");
    assertThat(said).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
  }

  /// As the nodes of a cluster do.
  @Test
  void connectionsAreSpreadOverServersThatPassEverythingOnToEachOther() throws Exception {
    List<ScriptedServer> nodes = new CopyOnWriteArrayList<>();
    Set<String> saidToOne = ConcurrentHashMap.newKeySet();
    Set<String> saidToOther = ConcurrentHashMap.newKeySet();
    try (ScriptedServer one = node(nodes, saidToOne);
        ScriptedServer other = node(nodes, saidToOther)) {
      nodes.addAll(List.of(one, other));
      assertAllCame(Runs.to(one.url(), other.url()).crowd(21, 0, 2).run(), 21);
    }
    assertThat(saidToOne).containsExactlyInAnyOrder("0", "2", "4");
    assertThat(saidToOther).containsExactlyInAnyOrder("1", "3");
  }

  /// @param said receives the numbers of the connections that say something to it
  private static ScriptedServer node(List<ScriptedServer> nodes, Set<String> said) {
    return ScriptedServer.start((_, text) -> {
      said.add(text.split(":", 2)[0]);
      nodes.forEach(node -> node.toAll(text));
    });
  }

  @Test
  void anEchoIsExpectedOncePerMessage() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(Peer::send)) {
      assertAllCame(Runs.to(server.url()).saying("@", 70_000, Expect.SENDER).run(), 1);
      assertThat(server.complaints()).isEmpty();
    }
  }

  @Test
  void deliveriesToAllButTheSenderAreExpected() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    try (ScriptedServer server =
        ScriptedServer.start((from, text) -> {
          for (Peer peer : self[0].peers()) {
            if (peer != from) {
              peer.send(text);
            }
          }
        })) {
      self[0] = server;
      assertAllCame(Runs.to(server.url()).saying("@", 0, Expect.OTHERS).run(), 19);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void aClosedLoopKeepsItsWindowOfMessagesInFlight(int window) throws Exception {
    try (ScriptedServer server = ScriptedServer.fanningOut()) {
      LoadReport report = Runs.to(server.url()).sending(3, 0, window).run();
      assertAllCame(report, 20);
      assertThat(report.lateMillis()).isZero();
    }
  }

  @Test
  void aClosedLoopWaitsForItsOwnMessages() throws Exception {
    // Nothing comes back, so nothing but the first window is sent, before the measuring begins.
    List<String> said = new ArrayList<>();
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          synchronized (said) {
            said.add(text);
          }
        })) {
      LoadReport report = Runs.to(server.url()).sending(2, 0, 3).run();
      assertThat(report.sent()).isZero();
    }
    assertThat(said).hasSize(6);
  }

  @Test
  void eachMarkerInAFrameCountsAsADelivery() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    List<String> held = new ArrayList<>();
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          synchronized (held) {
            held.add("{\"data\":\"" + text + "\"}");
            if (held.size() == 4) {
              self[0].toAll(String.join("\n", held));
              held.clear();
            }
          }
        })) {
      self[0] = server;
      assertAllCame(Runs.to(server.url()).run(), 20);
    }
  }

  @Test
  void fragmentedAndSplitFramesAreCountedAndPingsAreAnswered() throws Exception {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    Set<String> ponged = ConcurrentHashMap.newKeySet();
    Set<String> pinged = new HashSet<>();
    ScriptedServer[] self = new ScriptedServer[1];
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public synchronized void said(Peer from, String text) throws IOException {
            String ping = "ping " + pinged.size();
            pinged.add(ping);
            byte[] message = text.getBytes(StandardCharsets.UTF_8);
            int cut = random.nextInt(message.length);
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            stream.writeBytes(Peer.frame(1, Arrays.copyOf(message, cut)));
            stream.writeBytes(Peer.frame(0x89, ping.getBytes(StandardCharsets.UTF_8)));
            stream.writeBytes(Peer.frame(0x80, Arrays.copyOfRange(message, cut, message.length)));
            byte[] bytes = stream.toByteArray();
            for (Peer peer : self[0].peers()) {
              for (int at = 0, end; at < bytes.length; at = end) {
                end = Math.min(bytes.length, at + random.nextInt(1, 30));
                peer.write(Arrays.copyOfRange(bytes, at, end));
              }
            }
          }

          @Override
          public void ponged(Peer from, String payload) {
            ponged.add(payload);
          }
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      self[0] = server;
      assertAllCame(Runs.to(server.url()).run(), 20);
      assertThat(server.complaints()).isEmpty();
    }
    assertThat(ponged).isSubsetOf(pinged).as(seeded.toString()).isNotEmpty();
  }

  @Test
  void aConnectionIsReadyAfterTheExpectedTextAndAnswersAutomatically() throws Exception {
    Set<String> answered = ConcurrentHashMap.newKeySet();
    ScriptedServer[] self = new ScriptedServer[1];
    try (ScriptedServer server =
        ScriptedServer.start((from, text) -> {
          if (text.equals("hello from 7") || text.startsWith("hello")) {
            // Two messages, the second of two lines.
            from.send("not yet");
            from.send("push\nping");
          } else if (text.startsWith("pong")) {
            answered.add(text);
            from.send("{\"welcome\":true}");
          } else {
            self[0].toAll(text);
          }
        })) {
      self[0] = server;
      assertAllCame(
          Runs.to(server.url())
              .greeting(List.of("hello from #"), "welcome", List.of("ping=pong #", "x=y"))
              .run(),
          20);
    }
    assertThat(answered).hasSize(20).contains("pong 0", "pong 19");
  }

  @Test
  void aHandshakeMayArriveInPiecesWithTheFirstMessageAttached() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public void asked(Peer by, String request) throws IOException {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            stream.writeBytes(ScriptedServer.accept(request).getBytes(StandardCharsets.ISO_8859_1));
            stream.writeBytes(Peer.frame(0x81, "go".getBytes(StandardCharsets.UTF_8)));
            for (byte b : stream.toByteArray()) {
              by.write(new byte[] {b});
            }
          }

          @Override
          public void said(Peer from, String text) throws IOException {
            self[0].toAll(text);
          }
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      self[0] = server;
      assertAllCame(Runs.to(server.url()).greeting(List.of(), "go", List.of()).run(), 20);
    }
  }

  @Test
  void aDelayedAnswerIsMeasuredFromTheScheduledTime() throws Exception {
    // A server that answers nothing until it has the 40th message: the first one waits for 390 ms
    // at
    // least, by the schedule, and so on down to nothing.
    ScriptedServer[] self = new ScriptedServer[1];
    List<String> held = new ArrayList<>();
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          synchronized (held) {
            held.add(text);
            if (held.size() == 40) {
              for (String late : held) {
                self[0].toAll(late);
              }
            }
          }
        })) {
      self[0] = server;
      LoadReport report =
          Runs.to(server.url())
              .sending(1, 100, 0)
              .times(Duration.ZERO, Duration.ofMillis(400), Duration.ofSeconds(30))
              .run();
      assertAllCame(report, 20);
      assertThat(report.sent()).isEqualTo(40);
      assertThat(report.millis(100).orElseThrow()).isGreaterThanOrEqualTo(389);
      assertThat(report.millis(50).orElseThrow()).isGreaterThanOrEqualTo(189);
    }
  }

  @Test
  void aMessageSentLateIsMeasuredFromTheScheduledTime() throws Exception {
    // A server that reads nothing until half a second of the measured time is over, and messages
    // that
    // fill what the system holds between the two.
    CountDownLatch reads = new CountDownLatch(1);
    try (ScriptedServer server =
        ScriptedServer.start((from, text) -> {
          try {
            reads.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          from.send(text.substring(0, 30));
        })) {
      LoadReport report =
          Runs.to(server.url())
              .crowd(1, 0, 1)
              .sending(1, 50, 0)
              .saying("@", 2 << 20, Expect.SENDER)
              .times(Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1))
              .watchedBy(moment -> {
                if (moment.stage() == LoadProgress.Stage.DRAINING
                    || (moment.stage() == LoadProgress.Stage.MEASURING && moment.elapsed() > 0.5)) {
                  reads.countDown();
                }
              })
              .run();
      assertAllCame(report, 1);
      assertThat(report.sent()).as("all of the schedule").isEqualTo(50);
      assertThat(report.heldBack()).isPositive();
      assertThat(report.millis(100).orElseThrow()).isGreaterThanOrEqualTo(450);
    }
  }

  @Test
  void idleConnectionsStayOpenAndSendNothing() throws Exception {
    try (ScriptedServer server = ScriptedServer.fanningOut()) {
      LoadReport report =
          Runs.to(server.url()).sending(1, 0, 0).connecting(1000, Duration.ofSeconds(30)).run();
      assertThat(report.sent()).isZero();
      assertThat(report.expected()).isZero();
      assertThat(report.millis(50)).isEmpty();
      assertThat(report.cpuMicrosPerDelivery()).isEmpty();
      assertThat(report.isFlawless()).isTrue();
      assertThat(report.opened()).isEqualTo(20);
    }
  }
}
