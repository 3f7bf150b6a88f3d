package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A client of the full protocol that outlives its connections: it remembers its position in each
/// room and what it has sent, and checks the promises of the server. One connection at a time.
///
/// Any thread; everything is guarded by the lock of this object, and waiting threads are woken by
/// every frame.
final class FullClient implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String name;
  private final Map<String, RoomView> rooms = new LinkedHashMap<>();
  private final Map<String, Sent> unanswered = new LinkedHashMap<>();
  private final Map<String, Sent> sent = new LinkedHashMap<>();
  private final Map<String, Ack> acks = new LinkedHashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final Set<String> repeated = new HashSet<>();
  private final Set<String> asked = new HashSet<>();
  private final Map<Long, Json> replies = new LinkedHashMap<>();
  private final List<String> breaches = new ArrayList<>();
  private @Nullable Link link;
  private @Nullable String end;
  private Runnable answered = () -> {};
  private long lastRef;

  /// A message that was sent, and may have to be sent again.
  record Sent(String room, String id, String text) {}

  /// What an `ok` says of a message.
  record Ack(long offset, String pos, long time) {}

  /// One connection. Frames go out one after the other.
  private final class Link implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private CompletableFuture<WebSocket> writing = new CompletableFuture<>();

    void write(String message) {
      writing = writing.thenCompose(socket -> socket.sendText(message, true));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received(this, text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      ended(this, code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended(this, error.toString());
    }
  }

  FullClient(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /// Connects, says hello, and goes on in the rooms where it was, and in `more`. Returns when all
  /// have been answered.
  void connect(int port, String... more) {
    Link opened = new Link();
    synchronized (this) {
      end = null;
      link = opened;
    }
    URI address = URI.create("ws://127.0.0.1:%s/ws/%s".formatted(port, name));
    WebSocket socket =
        HTTP.newWebSocketBuilder().subprotocols("tertulia.1").buildAsync(address, opened).join();
    assertThat(socket.getSubprotocol()).isEqualTo("tertulia.1");
    opened.writing.complete(socket);
    List<String> wanted = new ArrayList<>();
    int joins;
    synchronized (this) {
      for (String room : more) {
        rooms.computeIfAbsent(room, _ -> new RoomView(room, breaches));
      }
      rooms.forEach((room, view) -> {
        String after = view.position();
        wanted.add("\"%s\":%s".formatted(room, after == null ? "null" : "\"" + after + "\""));
      });
      asked.addAll(rooms.keySet());
      joins = joins() + rooms.size();
    }
    Json welcome =
        request("{\"type\":\"hello\",\"rooms\":{%s}}".formatted(String.join(",", wanted)));
    assertThat(welcome.type()).isEqualTo("welcome");
    await("a joined for each room", () -> joins() >= joins);
  }

  private int joins() {
    return rooms.values().stream().mapToInt(RoomView::joins).sum();
  }

  /// Sends a request and waits for its reply.
  ///
  /// @param request a JSON object without a `ref`
  Json request(String request) {
    long ref;
    synchronized (this) {
      ref = ++lastRef;
      link().write("{\"ref\":%s,%s".formatted(ref, request.substring(1)));
    }
    await("a reply to " + request, () -> replies.containsKey(ref));
    synchronized (this) {
      return Objects.requireNonNull(replies.remove(ref));
    }
  }

  /// Sends a message, and waits for nothing.
  synchronized void publish(String room, String id, String text) {
    Sent message = new Sent(room, id, text);
    if (sent.put(id, message) != null) {
      throw new AssertionError(id + " was sent before");
    }
    send(message);
  }

  /// Sends a message, and waits for the reply to it.
  ///
  /// @return whether it is stored; if not, it was refused as worth trying again
  boolean publishAndWait(String room, String id, String text) {
    publish(room, id, text);
    await("a reply to " + id, () -> !unanswered.containsKey(id));
    return isAcknowledged(id);
  }

  private void send(Sent message) {
    unanswered.put(message.id(), message);
    link()
        .write(
            "{\"type\":\"chat\",\"ref\":\"%s\",\"room\":\"%s\",\"id\":\"%s\",\"message\":\"%s\"}"
                .formatted(message.id(), message.room(), message.id(), message.text()));
  }

  /// Sends all again that nobody has answered, in the same order.
  synchronized void repeatUnanswered() {
    List.copyOf(unanswered.keySet()).forEach(this::repeat);
  }

  /// Sends a message again.
  synchronized void repeat(String id) {
    Sent message = sent.get(id);
    if (message == null) {
      throw new AssertionError(id + " was never sent");
    }
    repeated.add(id);
    refused.remove(id);
    send(message);
  }

  /// Has `then` run after each reply to a message, under this client's lock.
  synchronized void whenAnswered(Runnable then) {
    answered = then;
  }

  synchronized boolean isAcknowledged(String id) {
    return acks.containsKey(id);
  }

  /// How many messages are known to be stored.
  synchronized int acknowledged() {
    return acks.size();
  }

  /// What was answered with `ok` to the message `id`.
  synchronized Ack ack(String id) {
    Ack ack = acks.get(id);
    if (ack == null) {
      throw new AssertionError("no ok for " + id);
    }
    return ack;
  }

  /// What was answered with `ok`, in the order in which that came.
  synchronized Map<String, Ack> acks() {
    return new LinkedHashMap<>(acks);
  }

  /// What was sent, in its order.
  synchronized Collection<Sent> sent() {
    return List.copyOf(sent.values());
  }

  /// What the server said it has certainly not stored.
  synchronized Set<String> refused() {
    return Set.copyOf(refused);
  }

  synchronized boolean awaitsReply(String id) {
    return unanswered.containsKey(id);
  }

  synchronized int refusals() {
    return refused.size();
  }

  synchronized int unanswered() {
    return unanswered.size();
  }

  /// What it knows of a room that it has joined.
  synchronized RoomView room(String room) {
    RoomView view = rooms.get(room);
    if (view == null) {
      throw new AssertionError(name + " is not in " + room);
    }
    return view;
  }

  /// The entries of `room` that it has without a gap, as far as it was told.
  synchronized List<Seen> entries(String room) {
    return room(room).entries();
  }

  /// Waits until it knows an entry of `room` with this position and has nothing to catch up on.
  void awaitPosition(String room, String pos) {
    await(
        "the entry at " + pos,
        () -> pos.equals(room(room).position()) && !room(room).isCatchingUp());
  }

  /// All messages of a room, by pages of `history`.
  List<Seen> history(String room) {
    List<Seen> all = new ArrayList<>();
    boolean more = true;
    while (more) {
      long after = all.isEmpty() ? 0 : all.getLast().offset();
      Json page =
          request(
              "{\"type\":\"history\",\"room\":\"%s\",\"after\":%s,\"limit\":200}"
                  .formatted(room, after));
      assertThat(page.type()).as("reply to history: %s", page).isEqualTo("history");
      page.objects("messages").forEach(message -> all.add(Seen.of(message)));
      more = page.truth("more");
    }
    return all;
  }

  /// Waits until `condition`, which is asked under this client's lock.
  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TestServer.PATIENCE.toNanos();
    synchronized (this) {
      while (!condition.getAsBoolean()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("%s waited in vain for %s%s".formatted(name, what, state()));
        }
        if (end != null) {
          throw new AssertionError("%s: no %s any more%s".formatted(name, what, state()));
        }
        waitFor(left);
      }
    }
  }

  /// Waits until the connection has ended and all that came before has been dealt with.
  ///
  /// @return how it ended
  synchronized String awaitEnd() {
    long deadline = System.nanoTime() + TestServer.PATIENCE.toNanos();
    while (end == null) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(name + ": the connection does not end");
      }
      waitFor(left);
    }
    return end;
  }

  /// Fails if anything was other than promised.
  synchronized void assertPromisesKept() {
    assertThat(breaches).as("what %s saw", name).isEmpty();
  }

  @SuppressWarnings("WaitNotInLoop") // Every caller looks again.
  private void waitFor(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private String state() {
    return " (%s unanswered, %s, broken: %s)"
        .formatted(unanswered.size(), end == null ? "connected" : "ended: " + end, breaches);
  }

  private Link link() {
    if (link == null) {
      throw new AssertionError(name + " is not connected");
    }
    return link;
  }

  private synchronized void received(Link from, String text) {
    if (from != link) {
      return;
    }
    try {
      dispatch(Json.parse(text));
    } catch (RuntimeException | AssertionError e) {
      breaches.add("%s at %s".formatted(e, text));
    }
    notifyAll();
  }

  private void dispatch(Json frame) {
    if (frame.fields().get("ref") instanceof Long ref) {
      replies.put(ref, frame);
      return;
    }
    if (frame.fields().get("ref") instanceof String id) {
      reply(id, frame);
      return;
    }
    switch (frame.type()) {
      case "joined" -> {
        String room = frame.text("room");
        room(room).joined(frame, asked.remove(room));
      }
      case "caught_up" -> room(frame.text("room")).caughtUp(frame);
      case "chat", "edited", "deleted", "reaction" -> {
        if (frame.has("pos")) {
          RoomView view = room(frame.text("room"));
          requireOkBefore(frame, view);
          view.entry(frame);
        }
      }
      case "error" -> breaches.add("an error that nobody asked for: " + frame);
      default -> {
        // Signals and notifications, which nobody keeps here.
      }
    }
  }

  private void requireOkBefore(Json frame, RoomView view) {
    boolean own = frame.type().equals("chat") && frame.text("client").equals(name);
    if (own && !view.isCatchingUp()) {
      String id = frame.text("id");
      if (unanswered.containsKey(id) && !repeated.contains(id)) {
        breaches.add("its own frame before its ok: " + frame);
      }
    }
  }

  private void reply(String id, Json frame) {
    if (unanswered.remove(id) == null) {
      breaches.add("a second reply: " + frame);
    }
    if (frame.type().equals("ok")) {
      Ack ack = new Ack(frame.number("offset"), frame.text("pos"), frame.number("time"));
      Ack before = acks.putIfAbsent(id, ack);
      if (before != null && !before.equals(ack)) {
        breaches.add("%s was answered with %s before, and now with %s".formatted(id, before, ack));
      }
      if (!frame.text("id").equals(id)) {
        breaches.add("another id: " + frame);
      }
    } else if (frame.text("code").equals("unavailable") && frame.truth("retry")) {
      refused.add(id);
    } else {
      breaches.add("refused otherwise than expected: " + frame);
    }
    answered.run();
  }

  private synchronized void ended(Link from, String how) {
    if (from == link) {
      end = how;
      link = null;
      replies.clear();
      asked.clear();
      rooms.values().forEach(RoomView::disconnected);
      notifyAll();
    }
  }

  /// Drops the connection without a word, if there is one. Goes away, with all that it has seen.
  void disconnect() {
    close();
  }

  @Override
  public void close() {
    Link open;
    synchronized (this) {
      open = link;
    }
    if (open != null) {
      open.writing.thenAccept(WebSocket::abort);
      ended(open, "dropped by the client");
    }
  }
}
