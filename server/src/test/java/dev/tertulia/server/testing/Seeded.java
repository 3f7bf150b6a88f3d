package dev.tertulia.server.testing;

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

  /// The randomness of a later round, which is the first one if its seed is given.
  public Seeded plus(long rounds) {
    return new Seeded(seed + rounds, new Random(seed + rounds));
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }
}
