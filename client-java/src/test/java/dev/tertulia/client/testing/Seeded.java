package dev.tertulia.client.testing;

import java.util.Random;
import java.util.random.RandomGenerator;

/// Randomness that can be had again: its seed is printed, and `-Dseed=` gives it back.
public record Seeded(long seed, RandomGenerator random) {
  /// Chooses a seed, unless one is given, and prints it.
  public static Seeded print() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    return new Seeded(seed, new Random(seed));
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }
}
