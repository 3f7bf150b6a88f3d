package dev.tertulia.server.storage;

/// Receives the progress of a long operation. Called often, on the thread that does the work.
@FunctionalInterface
public interface Progress {
  /// Told nothing.
  Progress NONE = (what, done, total) -> {};

  /// How far it is.
  ///
  /// @param what is being done, in a few words, such as `entries read`
  /// @param total 0 if it isn't known
  void at(String what, long done, long total);

  /// Something that people should know while they wait, in a sentence.
  default void note(String line) {}
}
