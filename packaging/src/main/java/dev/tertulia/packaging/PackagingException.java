package dev.tertulia.packaging;

/// Packages can't be made here. Its message is one line that says why, and what to do.
final class PackagingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PackagingException(String message) {
    super(message);
  }
}
