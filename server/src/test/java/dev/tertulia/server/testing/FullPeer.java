package dev.tertulia.server.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A connection of the full protocol, on the JDK's own WebSocket. JSON is written with single
/// quotes. One thread.
public final class FullPeer implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /// The connection has ended, and what was waited for can't come any more.
  public static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ClosedException(String what) {
      super("closed, where there should be " + what);
    }
  }

  /// Nothing that was waited for has come for long.
  public static final class SilentException extends AssertionError {
    private static final long serialVersionUID = 1;

    private SilentException(String what) {
      super("nothing came, where there should be " + what);
    }
  }

  /// How often a wait looks whether the connection has ended.
  private static final long LOOK_MILLIS = 100;

  private final WebSocket socket;
  private final LinkedBlockingQueue<Json> incoming;
  private final CompletableFuture<Integer> closed;
  private final List<Json> frames = new ArrayList<>();
  private int refs;

  private static final class Listener implements WebSocket.Listener {
    private final LinkedBlockingQueue<Json> incoming = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        incoming.add(Json.parse(text.toString()));
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }
  }

  private FullPeer(WebSocket socket, Listener listener) {
    this.socket = socket;
    incoming = listener.incoming;
    closed = listener.closed;
  }

  /// The code with which the server closes the connection, for which this waits.
  public int closeCode() {
    return closed.orTimeout(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /// Connects as `client`, and says nothing yet.
  public static FullPeer connect(int port, String client) {
    return connect(URI.create("ws://127.0.0.1:" + port + "/ws/" + client + "?v=1"));
  }

  /// Connects with a token, and says hello.
  public static FullPeer withToken(TestServer server, String token) {
    FullPeer peer =
        connect(URI.create("ws://127.0.0.1:" + server.port() + "/ws?v=1&token=" + token));
    peer.ask("'type':'hello'");
    return peer;
  }

  private static FullPeer connect(URI address) {
    Listener listener = new Listener();
    WebSocket socket = HTTP.newWebSocketBuilder().buildAsync(address, listener).join();
    return new FullPeer(socket, listener);
  }

  /// Connects, says hello, and waits until the rooms that it names have answered: from then on it
  /// gets what others say there.
  ///
  /// @param fields of the `hello`, such as `'device':'phone'`; may be empty
  public static FullPeer hello(TestServer server, String client, String fields) {
    FullPeer peer = connect(server.port(), client);
    peer.ask("'type':'hello'" + (fields.isEmpty() ? "" : "," + fields));
    if (Json.parse("{" + fields.replace('\'', '"') + "}").fields().get("rooms")
        instanceof Json rooms) {
      rooms.fields().keySet().forEach(peer::awaitAnswerOf);
    }
    return peer;
  }

  private void awaitAnswerOf(String room) {
    Predicate<Json> answers =
        frame ->
            List.of("joined", "error").contains(frame.type())
                && frame.has("room")
                && frame.text("room").equals(room);
    while (frames.stream().noneMatch(answers)) {
      frames.add(take("the answer of the room " + room));
    }
  }

  /// Sends a request without a `ref`.
  public void say(String fields) {
    sayRaw(fields.replace('\'', '"'));
  }

  /// The same, of fields that are JSON as they stand.
  public void sayRaw(String fields) {
    socket.sendText("{" + fields + "}", true).join();
  }

  /// Sends a request and gives its reply; what else comes meanwhile is kept.
  public Json ask(String fields) {
    return askRaw(fields.replace('\'', '"'));
  }

  /// The same, of fields that are JSON as they stand.
  public Json askRaw(String fields) {
    String ref = "r" + ++refs;
    sayRaw("\"ref\":\"" + ref + "\"," + fields);
    Json next = take("a reply to " + fields);
    while (!(next.has("ref") && next.text("ref").equals(ref))) {
      frames.add(next);
      next = take("a reply to " + fields);
    }
    return next;
  }

  /// The next frame of that type; those before it are forgotten.
  public Json next(String type) {
    return next(frame -> frame.type().equals(type));
  }

  /// The next frame that fits; those before it are forgotten.
  public Json next(Predicate<Json> fits) {
    while (true) {
      Json frame = frames.isEmpty() ? take("a frame that fits") : frames.removeFirst();
      if (fits.test(frame)) {
        return frame;
      }
    }
  }

  /// The next frame about the presence of a client; those before it are forgotten. Arrivals are
  /// told after the answer to a join, so one's own may come at any time.
  public Json nextPresenceOf(String client) {
    return next(frame -> frame.type().equals("presence") && frame.text("client").equals(client));
  }

  /// All frames to the first that fits, for which this waits, and those after it that have come.
  public List<Json> restAfter(Predicate<Json> fits) {
    List<Json> all = new ArrayList<>();
    next(frame -> all.add(frame) && fits.test(frame));
    all.addAll(rest());
    return all;
  }

  /// All that had come when the server answered a ping, and was not taken yet.
  public List<Json> rest() {
    ask("'type':'ping'");
    List<Json> all = List.copyOf(frames);
    frames.clear();
    return all;
  }

  private Json take(String what) {
    long until = System.nanoTime() + TestServer.PATIENCE.toNanos();
    try {
      while (System.nanoTime() < until) {
        // All that has come before the end is there when the end is.
        boolean ended = closed.isDone();
        Json next = ended ? incoming.poll() : incoming.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
        if (ended) {
          throw new ClosedException(what);
        }
      }
      throw new SilentException(what);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Ends the connection without a close frame.
  public void hangUp() {
    socket.abort();
  }

  @Override
  public void close() {
    hangUp();
  }
}
