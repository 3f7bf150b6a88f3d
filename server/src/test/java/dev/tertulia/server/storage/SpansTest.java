package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class SpansTest {
  /// Against a plain set of offsets, of which only every third is a notification.
  @Test
  void theyHoldWhatWasAddedAndNoTwoTouch() throws SQLException {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    Spans.Between between = (one, other) -> (other - 1) / 3 <= one / 3;
    for (int round = 0; round < 300; round++) {
      Spans spans = Spans.NONE;
      Set<Long> added = new TreeSet<>();
      for (int i = 0; i < 20; i++) {
        long first = 3L * random.nextInt(1, 40);
        long last = random.nextBoolean() ? first : first + 3L * random.nextInt(5);
        spans = spans.with(first, last, between);
        for (long offset = first; offset <= last; offset += 3) {
          added.add(offset);
        }
        for (long offset = 3; offset < 200; offset += 3) {
          assertThat(spans.holds(offset))
              .as("%s in %s, %s", offset, spans, seeded)
              .isEqualTo(added.contains(offset));
        }
        for (int k = 1; k < spans.all().size(); k++) {
          Spans.Span before = spans.all().get(k - 1);
          Spans.Span after = spans.all().get(k);
          assertThat(between.isEmpty(before.last(), after.first()))
              .as("%s, %s", spans, seeded)
              .isFalse();
        }
      }
    }
  }
}
