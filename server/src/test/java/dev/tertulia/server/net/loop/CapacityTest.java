package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many connections the open files allow.
final class CapacityTest {
  @ParameterizedTest
  @CsvSource({
    "100000, 1048576,  80, 100000, 101000",
    "100000,   20000,  80,  18744,  19744",
    "     0,   20000,  80,  18744,  19744",
    "   500,   20000,  80,    500,   1500",
    "100000,    1024,  80,    576,    768",
    "100000,     256,   0,    144,    192",
    "100000,     256,  60,    111,    148",
    "100000,     200,  60,     69,     92",
    "100000,     100,  60,     12,     16",
    "     0, 2147483647, 80, 2147482391, 2147483391",
  })
  void filesAreReservedForTheRestOfTheServer(
      int wished, long files, int open, int connections, int sockets) {
    assertThat(Capacity.within(wished, files, open)).isEqualTo(new Capacity(connections, sockets));
    assertThat((long) sockets).isLessThan(files);
  }

  @Test
  void theOpenFileLimitIsReadFromLinux() {
    assertThat(
            OpenFiles.limit(
                """
                Limit                     Soft Limit           Hard Limit           Units    \s
                Max processes             96000                96000                processes\s
                Max open files            1024                 524288               files    \s
                """
                    .lines()
                    .toList()))
        .isEqualTo(1024);
    assertThat(OpenFiles.limit(List.of("Max open files            unlimited   unlimited   files")))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(OpenFiles.limit(List.of())).isEqualTo(Integer.MAX_VALUE);
    assertThat(OpenFiles.limit()).isPositive();
  }
}
