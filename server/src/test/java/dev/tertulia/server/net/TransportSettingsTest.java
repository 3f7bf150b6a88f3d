package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.net.loop.IoTransport;
import io.netty.channel.unix.Limits;
import io.netty.channel.uring.IoUring;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

final class TransportSettingsTest {
  /// Or a turn that brings several frames to each of many connections makes the loop spin: 1,000
  /// clients in 20 rooms cost twice as much a delivery, and waited for a second.
  @Test
  void ioUringBuffersFitInOneSubmission() throws Exception {
    assertThat(IoTransport.best().isAvailable()).isTrue();
    Field room = IoUring.class.getDeclaredField("NUM_ELEMENTS_IOVEC");
    room.setAccessible(true);
    assertThat(room.getInt(null)).isPositive().isLessThanOrEqualTo(Limits.IOV_MAX);
  }
}
