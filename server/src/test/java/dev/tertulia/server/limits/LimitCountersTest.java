package dev.tertulia.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.Limit;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LimitCountersTest {
  private final LimitCounters counters = new LimitCounters(() -> 0);

  @Test
  void refusalsAreCountedByLimitWhateverTheirText() {
    counters.log(Limit.CONNECTIONS, "sockets").add();
    counters.log(Limit.CONNECTIONS, "handshakes").add();
    counters.log(Limit.CONNECTIONS, "handshakes").add();
    assertThat(counters.refused())
        .hasSize(Limit.values().length)
        .containsEntry("connections", 3L)
        .containsEntry("inbound_bytes", 0L);
  }

  @Test
  void thoseWithTheSameTextShareOneLog() {
    assertThat(counters.log(Limit.ROOMS, "rooms")).isSameAs(counters.log(Limit.ROOMS, "rooms"));
  }

  @ParameterizedTest
  @EnumSource
  void everyLimitHasTheSettingOfItsName(Limit limit) {
    assertThat(Arrays.stream(Setting.values()).map(Setting::key)).contains(limit.setting());
  }
}
