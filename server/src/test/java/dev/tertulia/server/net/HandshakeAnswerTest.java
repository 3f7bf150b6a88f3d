package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.BufferLeakCheck;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.InterestListener;
import dev.tertulia.server.topic.TopicName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// When a handshake is answered whose client subscribes to what other nodes write too, over a real
/// socket.
@ExtendWith(BufferLeakCheck.class)
final class HandshakeAnswerTest {
  private static final String HELD = "held";

  private final EchoServer server = new EchoServer();
  private final CompletableFuture<?> opened = new CompletableFuture<>();
  private final CountDownLatch asked = new CountDownLatch(1);

  @BeforeEach
  void follow() {
    server.followBy(
        new InterestListener() {
          @Override
          public void wanted(TopicName topic) {}

          @Override
          public void unwanted(TopicName topic) {}

          @Override
          public CompletableFuture<?> opened(TopicName topic) {
            if (!topic.name().equals(HELD)) {
              return OPEN;
            }
            asked.countDown();
            return opened;
          }
        });
  }

  @AfterEach
  void close() {
    server.close();
  }

  private RawSocket asking(String client) {
    RawSocket socket = RawSocket.open(server.port());
    socket.send(RawSocket.handshake(client, server.port()));
    return socket;
  }

  private void isAnswered(RawSocket socket) {
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    socket.sendText("hola");
    assertThat(socket.read(1).text()).isEqualTo("hola");
  }

  @Test
  void itIsAnsweredWhenItsClientMissesNothingFromThenOn() throws InterruptedException {
    try (RawSocket held = asking(HELD)) {
      assertThat(asked.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      // So many that some are on the loop of the first one.
      for (int i = 0; i < 8; i++) {
        try (RawSocket other = asking("other" + i)) {
          isAnswered(other);
        }
      }
      assertThat(held.hasInput()).isFalse();
      opened.complete(null);
      isAnswered(held);
    }
  }

  @Test
  void itIsAnsweredInTheEndThoughTheDatabaseIsAway() {
    try (RawSocket held = asking(HELD)) {
      isAnswered(held);
      assertThat(opened).isNotDone();
    }
  }
}
