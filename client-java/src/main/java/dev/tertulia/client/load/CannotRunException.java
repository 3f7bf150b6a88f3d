package dev.tertulia.client.load;

/// A run that can't be done as asked. Its message is one line for people, and says what to do.
public final class CannotRunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CannotRunException(String what) {
    super(what);
  }
}
