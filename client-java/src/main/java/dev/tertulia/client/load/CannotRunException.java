package dev.tertulia.client.load;

/// A run that cannot be carried out as given. Its message is one line for people, and says what to
/// do.
public final class CannotRunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CannotRunException(String what) {
    super(what);
  }
}
