package dev.tertulia.server.net;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The frame reader, given what Jazzer makes up.
@Tag("system")
final class FuzzedFramesTest {
  /// Each with a byte before it that says how it is cut. The masks are 0, but for the first one's.
  private static final List<byte[]> BEGINNINGS =
      Stream.of(
              "00 81 85 37 fa 21 3d 7f 9f 4d 51 58",
              "03 01 83 00 00 00 00 48 6f 6c 89 81 00 00 00 00 70 80 81 00 00 00 00 61",
              "05 81 82 00 00 00 00 c3 a9 8a 80 00 00 00 00 88 82 00 00 00 00 03 e8",
              "02 c1 87 00 00 00 00 f2 48 cd c9 c9 07 00",
              "01 41 83 00 00 00 00 f2 48 cd 80 84 00 00 00 00 c9 c9 07 00",
              "10 82 fe 00 80 00 00 00 00" + " 2a".repeat(128))
          .map(hex -> HexFormat.of().parseHex(hex.replace(" ", "")))
          .toList();

  private static final List<String> WORDS =
      List.of(
          "\\x81\\x80\\x00\\x00\\x00\\x00",
          "\\x01\\x81\\x00\\x00\\x00\\x00",
          "\\x80\\x81\\x00\\x00\\x00\\x00",
          "\\x00\\x81\\x00\\x00\\x00\\x00",
          "\\xc1\\x84\\x00\\x00\\x00\\x00",
          "\\x88\\x80\\x00\\x00\\x00\\x00",
          "\\x89\\x80\\x00\\x00\\x00\\x00",
          "\\xfe\\x00\\x7e",
          "\\xff\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x00",
          "\\xff\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x01",
          "\\xf0\\x9f\\x98\\x80",
          "\\xed\\xa0\\x80",
          "\\xc0\\x80",
          "\\x00\\x00\\xff\\xff");

  private static final Fuzzing FUZZING = new Fuzzing(FramesTarget.class, BEGINNINGS, WORDS);

  @TempDir Path folder;

  @Test
  void aShortWhile() throws Exception {
    FUZZING.runs(folder, 20_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    FUZZING.minutes(folder);
  }
}
