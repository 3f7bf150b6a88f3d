package dev.tertulia.client.load;

/// To whom a server delivers a message, and so how many deliveries it makes.
public enum Expect {
  /// To every connection, the sender's as well.
  ALL,
  /// To every connection but the sender's.
  OTHERS,
  /// To the sender alone: an echo.
  SENDER
}
