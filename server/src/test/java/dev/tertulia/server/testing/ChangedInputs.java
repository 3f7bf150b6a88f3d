package dev.tertulia.server.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A program that calls the target of a fuzzer with its beginnings, and then with as many inputs as
/// are wanted, each of which is a beginning with some random changes: a bit, a byte or a word put
/// in, a piece left out, doubled, or taken from another beginning. Unlike Jazzer it is not guided
/// by the code that an input reaches, and starts in a tenth of the time.
final class ChangedInputs {
  private static final int MOST_CHANGES = 6;

  private final Random random;
  private final List<byte[]> beginnings;
  private final List<byte[]> words;
  private final int longest;

  private ChangedInputs(Random random, List<byte[]> beginnings, List<byte[]> words, int longest) {
    this.random = random;
    this.beginnings = beginnings;
    this.words = words;
    this.longest = longest;
  }

  /// Runs it.
  ///
  /// @param arguments the class of the target, the seed, how many inputs, the length of the longest
  ///   in bytes, the folder of the beginnings, and the file of the words
  public static void main(String[] arguments) throws Exception {
    Method target =
        Class.forName(arguments[0]).getDeclaredMethod("fuzzerTestOneInput", byte[].class);
    int runs = Integer.parseInt(arguments[2]);
    List<byte[]> beginnings = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[4]))) {
      for (Path file : files.sorted().toList()) {
        beginnings.add(Files.readAllBytes(file));
      }
    }
    List<byte[]> words =
        Files.readAllLines(Path.of(arguments[5])).stream()
            .map(line -> unescaped(line.substring(1, line.length() - 1)))
            .toList();
    ChangedInputs inputs =
        new ChangedInputs(
            new Random(Long.parseLong(arguments[1])),
            beginnings,
            words,
            Integer.parseInt(arguments[3]));
    for (int i = 0; i < runs; i++) {
      byte[] input = i < beginnings.size() ? beginnings.get(i) : inputs.next();
      try {
        target.invoke(null, (Object) input.clone());
      } catch (InvocationTargetException e) {
        e.printStackTrace();
        System.err.println("The input in hexadecimal: " + HexFormat.of().formatHex(input));
        System.exit(1);
      }
    }
    System.out.println("Done " + runs + " runs");
    // What the target has started does not end by itself.
    System.exit(0);
  }

  /// A word as it is meant: `\x0d` is a byte.
  private static byte[] unescaped(String word) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c != '\\') {
        bytes.append(c);
      } else if (word.charAt(i + 1) == 'x') {
        bytes.append((char) Integer.parseInt(word, i + 2, i + 4, 16));
        i += 3;
      } else {
        bytes.append(word.charAt(i + 1));
        i++;
      }
    }
    return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] next() {
    byte[] input = any(beginnings);
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      input = changed(input);
    }
    return piece(input, 0, Math.min(input.length, longest));
  }

  private byte[] changed(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = from + random.nextInt(Math.min(input.length - from, 1 + random.nextInt(64)) + 1);
    return switch (random.nextInt(7)) {
      case 0 -> {
        byte[] flipped = input.clone();
        if (from < flipped.length) {
          flipped[from] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> replaced(input, from, to, new byte[] {(byte) random.nextInt(256)});
      case 2 -> replaced(input, from, from, words.isEmpty() ? new byte[1] : any(words));
      case 3 -> replaced(input, from, to, words.isEmpty() ? new byte[1] : any(words));
      case 4 -> replaced(input, from, to, new byte[0]);
      case 5 -> replaced(input, to, to, piece(input, from, to));
      default -> {
        byte[] other = any(beginnings);
        int start = random.nextInt(other.length + 1);
        int end = start + random.nextInt(other.length - start + 1);
        yield replaced(input, from, to, piece(other, start, end));
      }
    };
  }

  private byte[] any(List<byte[]> some) {
    return some.get(random.nextInt(some.size()));
  }

  private static byte[] piece(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
    byte[] result = new byte[from + by.length + input.length - to];
    System.arraycopy(input, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(input, to, result, from + by.length, input.length - to);
    return result;
  }
}
