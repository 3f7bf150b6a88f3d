package dev.tertulia.peers.vertx;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.LinkedHashSet;
import java.util.Set;

/// Sends every message to all clients. `PORT` sets its port.
///
/// One verticle, so one event loop owns the room and all its sockets, as is right for one core. A
/// socket with more than [#MOST_WAITING] waiting bytes misses messages until it has read some.
final class ChatRoom extends VerticleBase {
  private static final int MOST_WAITING = 1024 * 1024;

  private final Set<ServerWebSocket> sockets = new LinkedHashSet<>();

  /// Fails, with its cause, if the native transport is not there: then this would be another peer.
  public static void main(String[] arguments) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    if (!vertx.isNativeTransportEnabled()) {
      throw new IllegalStateException("no epoll", vertx.unavailableNativeTransportCause());
    }
    vertx.deployVerticle(new ChatRoom()).await();
  }

  @Override
  public Future<?> start() {
    HttpServer server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(Integer.parseInt(System.getenv("PORT"))));
    return server.webSocketHandler(this::join).listen();
  }

  private void join(ServerWebSocket socket) {
    socket.setWriteQueueMaxSize(MOST_WAITING);
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    socket.textMessageHandler(this::say);
  }

  private void say(String message) {
    for (ServerWebSocket socket : sockets) {
      if (!socket.writeQueueFull()) {
        socket.writeTextMessage(message);
      }
    }
  }
}
