package dev.tertulia.server.testing;

import java.io.IOException;
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

/// A client of the base protocol, on the JDK's own WebSocket. Each method waits for what it is
/// about.
public final class TestClient implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String id;
  private final WebSocket socket;
  private final Inbox inbox;

  /// What has come, and how it ended.
  private static final class Inbox implements WebSocket.Listener {
    private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private volatile String reason = "";

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String why) {
      reason = why;
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  private TestClient(String id, WebSocket socket, Inbox inbox) {
    this.id = id;
    this.socket = socket;
    this.inbox = inbox;
  }

  /// Connects as `id`, which is put into the address as it is.
  public static TestClient connect(TestServer server, String id) {
    return connect(server.port(), id);
  }

  /// Connects to whatever listens on `port` of this machine.
  public static TestClient connect(int port, String id) {
    Inbox inbox = new Inbox();
    URI address = URI.create("ws://127.0.0.1:" + port + "/ws/" + id);
    WebSocket socket = HTTP.newWebSocketBuilder().buildAsync(address, inbox).join();
    return new TestClient(id, socket, inbox);
  }

  public String id() {
    return id;
  }

  public void send(String text) {
    socket.sendText(text, true).join();
  }

  public void chat(String sender, String message) {
    send("{\"type\":\"chat\",\"sender\":\"%s\",\"message\":\"%s\"}".formatted(sender, message));
  }

  /// The next message that comes.
  public String next() {
    return take("a message");
  }

  /// The next message that fits, and forgets those before it.
  public String next(Predicate<String> fits) {
    List<String> passed = new ArrayList<>();
    while (true) {
      String message = take("a message that fits, after " + passed);
      if (fits.test(message)) {
        return message;
      }
      passed.add(message);
    }
  }

  /// What has come and was not taken yet.
  public List<String> rest() {
    List<String> all = new ArrayList<>();
    inbox.messages.drainTo(all);
    return all;
  }

  /// Waits for the close frame.
  ///
  /// @return its code and its reason, such as `1001 going away`
  public String awaitClose() {
    try {
      int code = inbox.closed.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return code + " " + inbox.reason;
    } catch (Exception e) {
      throw new AssertionError("no close frame", e);
    }
  }

  /// Ends the socket without a word.
  public void abort() {
    socket.abort();
  }

  /// Says goodbye, if the connection is still open.
  @Override
  public void close() {
    if (!socket.isOutputClosed()) {
      socket
          .sendClose(WebSocket.NORMAL_CLOSURE, "")
          .exceptionally(e -> {
            if (e instanceof IOException || e.getCause() instanceof IOException) {
              return socket;
            }
            throw new AssertionError(e);
          })
          .join();
    }
  }

  private String take(String what) {
    try {
      String message = inbox.messages.poll(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError(id + " waited in vain for " + what);
      }
      return message;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
