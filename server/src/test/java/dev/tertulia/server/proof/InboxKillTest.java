package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server is killed while clients notify, revoke and read, repeatedly on the same folder.
@Tag("system")
final class InboxKillTest {
  private static final int IN_FLIGHT = 100;

  /// So many are unread and in an inbox that all of them are counted and kept.
  private static final int MOST = 8_000;

  @TempDir private Path folder;

  @Test
  void noNotificationIsLostOrDuplicatedAndReadMarksAndRevocationsLast() {
    killAndLook(3);
  }

  @Test
  @Tag("long")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void noNotificationIsLostOrDuplicatedInManyRounds() {
    killAndLook(40);
  }

  /// Somebody who outlives his connections, and repeats what had no reply. Guarded by itself.
  private abstract static class Actor implements WebSocket.Listener {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String name;
    private final StringBuilder text = new StringBuilder();
    private CompletableFuture<WebSocket> writing = new CompletableFuture<>();
    boolean ended = true;

    /// By `ref`, without it.
    final Map<String, String> unanswered = new LinkedHashMap<>();

    final List<String> breaches = new ArrayList<>();

    Actor(String name) {
      this.name = name;
    }

    void connect(int port) {
      synchronized (this) {
        text.setLength(0);
        ended = false;
        writing = new CompletableFuture<>();
      }
      URI address = URI.create("ws://127.0.0.1:%s/ws/%s?v=1".formatted(port, name));
      WebSocket socket = HTTP.newWebSocketBuilder().buildAsync(address, this).join();
      synchronized (this) {
        writing.complete(socket);
        write("'type':'hello'" + hello());
        unanswered.forEach((ref, fields) -> write("'ref':'" + ref + "'," + fields));
        goOn();
      }
    }

    synchronized void ask(String ref, String fields) {
      unanswered.put(ref, fields);
      write("'ref':'" + ref + "'," + fields);
    }

    void write(String fields) {
      String message = "{" + fields.replace('\'', '"') + "}";
      writing = writing.thenCompose(socket -> socket.sendText(message, true));
    }

    abstract String hello();

    abstract void goOn();

    /// @param ref of the request that it replies to; `null` if there is none
    abstract void received(Json frame, @Nullable String ref);

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      synchronized (this) {
        text.append(data);
        if (last) {
          Json frame = Json.parse(text.toString());
          text.setLength(0);
          String ref = frame.has("ref") ? frame.text("ref") : null;
          if (frame.type().equals("error")) {
            breaches.add(frame.text());
          }
          if (ref != null) {
            unanswered.remove(ref);
          }
          received(frame, ref);
        }
      }
      socket.request(1);
      return null;
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onClose(
        WebSocket socket, int code, String reason) {
      ended = true;
      return null;
    }

    @Override
    public synchronized void onError(WebSocket socket, Throwable error) {
      ended = true;
    }

    void until(BooleanSupplier condition) {
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            synchronized (this) {
              return condition.getAsBoolean();
            }
          });
    }
  }

  /// Notifies Bea and everybody, and takes some of it back.
  private static final class Sender extends Actor {
    private final RandomGenerator random;
    private final Map<String, String> ids = new LinkedHashMap<>();
    private final Set<String> revoked = new LinkedHashSet<>();
    private int number;
    private boolean going;

    private Sender(RandomGenerator random) {
      super("ana");
      this.random = random;
    }

    @Override
    String hello() {
      return "";
    }

    @Override
    void goOn() {
      while (going && unanswered.size() < IN_FLIGHT) {
        String to =
            number % 10 == 0
                ? "'type':'broadcast_notification'"
                : "'type':'notification','to':'bea'";
        ask("n" + number, to + ",'message':'m%s','id':'n%s'".formatted(number, number));
        number++;
      }
    }

    @Override
    void received(Json frame, @Nullable String ref) {
      if (ref != null && ref.startsWith("n")) {
        String id = frame.text("id");
        String before = ids.put(ref, id);
        if (before != null && !before.equals(id)) {
          breaches.add(ref + " was stored twice: " + before + " and " + id);
        }
        if (random.nextInt(10) == 0) {
          revoked.add(id);
          ask("x" + id, "'type':'revoke','id':'%s'".formatted(id));
        }
      }
      goOn();
    }
  }

  /// One device of Bea's: acknowledges what it has, and reads some of it.
  private static final class Device extends Actor {
    private final RandomGenerator random;
    private final Set<String> seen = new LinkedHashSet<>();
    private final Set<String> gone = new LinkedHashSet<>();
    private final Set<String> read = new LinkedHashSet<>();
    private String pos = "";

    private Device(RandomGenerator random) {
      super("bea");
      this.random = random;
    }

    @Override
    String hello() {
      return ",'device':'phone','inbox':" + (pos.isEmpty() ? "null" : "'" + pos + "'");
    }

    @Override
    void goOn() {}

    @Override
    void received(Json frame, @Nullable String ref) {
      switch (frame.type()) {
        case "inbox" -> {
          if (!frame.truth("recovered")) {
            breaches.add("not recovered: " + frame.text());
          }
          frame.objects("notifications").forEach(this::entry);
          pos = frame.text("pos");
        }
        case "notification", "inbox_read", "notification_revoked" -> entry(frame);
        default -> {}
      }
    }

    private void entry(Json frame) {
      pos = frame.text("pos");
      if (frame.type().equals("notification_revoked")) {
        gone.add(frame.text("id"));
      }
      if (!frame.type().equals("notification")) {
        return;
      }
      String id = frame.text("id");
      if (!seen.add(id)) {
        breaches.add("twice: " + id);
      }
      if (gone.contains(id)) {
        breaches.add("revoked before: " + id);
      }
      if (seen.size() % 20 == 0) {
        write("'type':'ack','pos':'%s'".formatted(pos));
      }
      if (random.nextInt(10) == 0) {
        read.add(id);
        ask("r" + id, "'type':'inbox_read','ids':['%s']".formatted(id));
      }
    }
  }

  private void killAndLook(int rounds) {
    Seeded seeded = Seeded.print();
    Sender ana = new Sender(seeded.random());
    Device bea = new Device(seeded.random());
    for (int round = 1; round <= rounds; round++) {
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        bea.connect(server.port());
        // The first time it is given the newest notifications only, so there must be none yet.
        bea.until(() -> !bea.pos.isEmpty());
        ana.going = true;
        ana.connect(server.port());
        int until = ana.ids.size() + seeded.random().nextInt(Math.min(1_500, MOST / rounds));
        ana.until(() -> ana.ids.size() >= until);
        server.kill();
        ana.until(() -> ana.ended);
        bea.until(() -> bea.ended);
        System.out.printf(
            "round %s of %s: %s stored so far, %s on their way, %s seen%n",
            round, rounds, ana.ids.size(), ana.unanswered.size(), bea.seen.size());
      }
      ana.going = false;
    }
    try (ServerUnderTest server = ServerUnderTest.start(folder)) {
      ana.connect(server.port());
      ana.until(ana.unanswered::isEmpty);
      bea.connect(server.port());
      bea.until(() -> bea.unanswered.isEmpty() && bea.seen.containsAll(standing(ana)));
      bea.until(() -> bea.unanswered.isEmpty());
      assertThat(ana.breaches).as("%s", seeded).isEmpty();
      assertThat(bea.breaches).as("%s", seeded).isEmpty();
      assertThat(ana.ids.values()).as("each stored once, %s", seeded).doesNotHaveDuplicates();
      assertThat(ana.ids.values()).as("nothing else came, %s", seeded).containsAll(bea.seen);
      assertInbox(server, ana, bea, seeded);
    }
  }

  private static Set<String> standing(Sender ana) {
    return without(new LinkedHashSet<>(ana.ids.values()), ana.revoked);
  }

  /// What is in `all` and not in `others`.
  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> rest = new LinkedHashSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  private static void assertInbox(ServerUnderTest server, Sender ana, Device bea, Seeded seeded) {
    Set<String> inbox = new LinkedHashSet<>();
    Set<String> read = new LinkedHashSet<>();
    long unread;
    try (FullPeer peer = FullPeer.connect(server.port(), "bea")) {
      unread = peer.ask("'type':'hello'").number("unread");
      String after = "";
      boolean more = true;
      while (more) {
        Json page =
            after.isEmpty()
                ? peer.ask("'type':'inbox','limit':200")
                : peer.ask("'type':'inbox','limit':200,'before':'%s'".formatted(after));
        List<Json> items = page.objects("notifications");
        for (Json item : items) {
          assertThat(inbox.add(item.text("id"))).isTrue();
          if (item.truth("read")) {
            read.add(item.text("id"));
          }
        }
        more = page.truth("more");
        after = items.isEmpty() ? "" : items.getFirst().text("id");
      }
    }
    Set<String> expected = new LinkedHashSet<>(bea.read);
    expected.removeAll(ana.revoked);
    assertThat(without(standing(ana), inbox)).as("lost, %s", seeded).isEmpty();
    assertThat(without(inbox, standing(ana))).as("revoked, %s", seeded).isEmpty();
    assertThat(without(expected, read)).as("read, %s", seeded).isEmpty();
    assertThat(without(read, expected)).as("not read, %s", seeded).isEmpty();
    assertThat(unread).as("%s", seeded).isEqualTo(inbox.size() - read.size());
  }
}
