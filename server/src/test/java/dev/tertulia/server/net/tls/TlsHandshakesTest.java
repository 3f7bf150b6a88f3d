package dev.tertulia.server.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TlsHandshakesTest {
  private static final AddressBlock ANA = new AddressBlock(false, 0x0a000001);
  private static final AddressBlock LUIS = new AddressBlock(false, 0x0a000002);
  private static final AddressBlock LOOPBACK = new AddressBlock(false, 0x7f000001);

  private final TlsHandshakes handshakes =
      new TlsHandshakes(6, 2, new LimitCounters(System::nanoTime));
  private final List<EmbeddedChannel> sockets = new ArrayList<>();

  private boolean begin(AddressBlock address) {
    EmbeddedChannel socket = new EmbeddedChannel();
    sockets.add(socket);
    return handshakes.begin(socket, address);
  }

  @Test
  void oneAddressHasItsBound() {
    assertThat(begin(ANA)).isTrue();
    assertThat(begin(ANA)).isTrue();
    assertThat(begin(ANA)).isFalse();
    assertThat(begin(LUIS)).isTrue();
    handshakes.ended(sockets.getFirst());
    handshakes.ended(sockets.getFirst());
    assertThat(begin(ANA)).isTrue();
    assertThat(begin(ANA)).isFalse();
    for (int i = 0; i < 3; i++) {
      assertThat(begin(LOOPBACK)).isTrue();
    }
    sockets.forEach(handshakes::ended);
    assertThat(handshakes.inProgress()).isZero();
  }

  @Test
  void beyondTheTotalTheOldestIsEnded() {
    for (int i = 0; i < 6; i++) {
      assertThat(begin(LOOPBACK)).isTrue();
    }
    assertThat(sockets).allMatch(EmbeddedChannel::isOpen);
    assertThat(begin(ANA)).isTrue();
    assertThat(sockets.getFirst().isOpen()).isFalse();
    assertThat(sockets.subList(1, 7)).allMatch(EmbeddedChannel::isOpen);
    assertThat(handshakes.inProgress()).isEqualTo(6);
  }
}
