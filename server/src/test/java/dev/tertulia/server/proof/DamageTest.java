package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bits flip in the files of a data folder, and files are truncated. Every damage is either
/// harmless or reported, by the check and by every reader. No data is returned that differs from
/// what was stored.
final class DamageTest {
  /// What is damaged in a server that was killed: the log's end is in the write-ahead log.
  private static final List<String> FILES =
      List.of("tertulia.sqlite", "tertulia.sqlite-wal", "tertulia.head");

  @TempDir private static Path temp;

  private static final DamagedFolder.Memory MEMORY = new DamagedFolder.Memory();
  private static Path sound = Path.of("");

  /// What came of one damage.
  enum Verdict {
    HARMLESS,
    NAMED_BY_CHECK_ALONE,
    NAMED_WHEN_READ,
    NAMED_AT_START
  }

  @BeforeAll
  static void makeTheFolder() throws IOException {
    sound = DamagedFolder.make(temp.resolve("sound"), MEMORY);
  }

  @Test
  void anUntouchedFolderIsSound() throws IOException {
    assertThat(look("", _ -> {})).isEqualTo(Verdict.HARMLESS);
  }

  @Test
  void damageIsHarmlessOrReported() throws IOException {
    damage(40);
  }

  @Test
  @Tag("long")
  void muchDamageIsHarmlessOrReported() throws IOException {
    damage(1000);
  }

  private interface Damage {
    void to(Path folder) throws IOException;
  }

  private void damage(int times) throws IOException {
    Seeded seeded = Seeded.print();
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (int i = 0; i < times; i++) {
      Random random = new Random(seeded.seed() + i);
      // Most of the note is empty: it gets one damage of seven.
      int which = random.nextInt(7);
      String file = FILES.get(which / 3);
      byte[] bytes = Files.readAllBytes(sound.resolve(file));
      int at = random.nextInt(bytes.length);
      byte[] damaged;
      String what;
      if (random.nextInt(4) == 0) {
        damaged = java.util.Arrays.copyOf(bytes, at);
        what = "%s cut off after %s of %s bytes".formatted(file, at, bytes.length);
      } else {
        int bit = random.nextInt(8);
        damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        what = "%s with bit %s of byte %s flipped".formatted(file, bit, at);
      }
      String name = "seed %s: %s".formatted(seeded.seed() + i, what);
      verdicts.merge(
          look(name, folder -> Files.write(folder.resolve(file), damaged)), 1, Integer::sum);
    }
    System.out.println(times + " times: " + verdicts);
  }

  private Verdict look(String what, Damage damage) throws IOException {
    Path folder = Files.createTempDirectory(temp, "copy");
    try {
      for (String file : FILES) {
        Files.copy(sound.resolve(file), folder.resolve(file));
      }
      damage.to(folder);
      return DamagedFolder.look(folder, MEMORY, what);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(DamageTest::delete);
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
