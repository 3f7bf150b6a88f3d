package dev.tertulia.server.storage.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class OffsetRangesTest {
  /// Against a plain set of offsets, of which only every third is a notification.
  @Test
  void rangesHoldTheAddedOffsetsAndNeverTouch() throws SQLException {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    OffsetRanges.Between between = (one, other) -> (other - 1) / 3 <= one / 3;
    for (int round = 0; round < 300; round++) {
      OffsetRanges offsetRanges = OffsetRanges.NONE;
      Set<Long> added = new TreeSet<>();
      for (int i = 0; i < 20; i++) {
        long first = 3L * random.nextInt(1, 40);
        long last = random.nextBoolean() ? first : first + 3L * random.nextInt(5);
        offsetRanges = offsetRanges.with(first, last, between);
        for (long offset = first; offset <= last; offset += 3) {
          added.add(offset);
        }
        for (long offset = 3; offset < 200; offset += 3) {
          assertThat(offsetRanges.holds(offset))
              .as("%s in %s, %s", offset, offsetRanges, seeded)
              .isEqualTo(added.contains(offset));
        }
        for (int k = 1; k < offsetRanges.all().size(); k++) {
          OffsetRanges.Span before = offsetRanges.all().get(k - 1);
          OffsetRanges.Span after = offsetRanges.all().get(k);
          assertThat(between.isEmpty(before.last(), after.first()))
              .as("%s, %s", offsetRanges, seeded)
              .isFalse();
        }
      }
    }
  }
}
