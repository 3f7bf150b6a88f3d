package dev.tertulia.server.net.tls;

/// A certificate or a key that can't be used. The message names the file, the cause and what to do;
/// it contains nothing of a key.
public final class CertificateFileException extends Exception {
  private static final long serialVersionUID = 1L;

  CertificateFileException(String message) {
    super(message);
  }
}
