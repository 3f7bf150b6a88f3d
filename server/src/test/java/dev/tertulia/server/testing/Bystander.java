package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

/// A well-behaved client that is connected while others misbehave, and must not notice.
public final class Bystander implements AutoCloseable {
  private final TestClient client;
  private int words;

  private Bystander(TestClient client) {
    this.client = client;
  }

  public static Bystander connect(TestServer server) {
    return new Bystander(TestClient.connect(server, "bystander"));
  }

  /// Says a word and hears it; nothing but departures may have come since the last time.
  public void noticesNothing() {
    String word = "word-" + words++;
    client.chat("Bystander", word);
    String heard = client.next();
    while (heard.contains("\"system\":true")) {
      heard = client.next();
    }
    assertThat(heard).as("what the bystander hears").contains("\"message\":\"" + word + '"');
  }

  /// The next message that others caused.
  public String hears() {
    return client.next();
  }

  /// The client itself.
  public TestClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }
}
