package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A client of the full protocol that handles each frame as it arrives, and outlives its
/// connections. Guarded by itself; waiting threads are woken by every frame.
abstract class RoomPeer implements WebSocket.Listener {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  final String name;

  /// What it was told that nobody may be told.
  final List<String> breaches = new ArrayList<>();

  private final StringBuilder text = new StringBuilder();
  private CompletableFuture<WebSocket> writing = new CompletableFuture<>();
  private boolean ended = true;

  RoomPeer(String name) {
    this.name = name;
  }

  /// A frame, under the lock.
  abstract void received(Json frame);

  /// The connection is there, under the lock.
  abstract void connected();

  /// The connection is gone, under the lock.
  abstract void disconnected();

  void connect(int port) {
    synchronized (this) {
      text.setLength(0);
      writing = new CompletableFuture<>();
      ended = false;
    }
    URI address = URI.create("ws://127.0.0.1:" + port + "/ws/" + name + "?v=1");
    WebSocket socket = HTTP.newWebSocketBuilder().buildAsync(address, this).join();
    synchronized (this) {
      writing.complete(socket);
      say("'type':'hello'");
      connected();
    }
  }

  /// Sends a request, with `'` for `"`. Under the lock.
  void say(String fields) {
    String message = "{" + fields.replace('\'', '"') + "}";
    writing = writing.thenCompose(socket -> socket.sendText(message, true));
  }

  synchronized boolean isEnded() {
    return ended;
  }

  /// Waits until `condition`, which is asked under the lock.
  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TestServer.PATIENCE.toNanos();
    synchronized (this) {
      while (!condition.getAsBoolean()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError(name + " waited in vain for " + what + ": " + breaches);
        }
        pause(left);
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again.
  private void pause(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    synchronized (this) {
      text.append(data);
      if (last) {
        hear(text.toString());
        text.setLength(0);
        notifyAll();
      }
    }
    socket.request(1);
    return null;
  }

  private void hear(String frame) {
    try {
      received(Json.parse(frame));
    } catch (RuntimeException | AssertionError e) {
      breaches.add(name + ": " + e + " at " + frame);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    end();
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    end();
  }

  private synchronized void end() {
    if (!ended) {
      ended = true;
      disconnected();
    }
    notifyAll();
  }
}
