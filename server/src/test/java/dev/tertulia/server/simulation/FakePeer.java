package dev.tertulia.server.simulation;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The other end of a [FakeTransport].
public record FakePeer(FakeTransport wire, Connection connection) {
  /// Says something, with `'` for `"`.
  public void say(String json) {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    connection.received(text, 0, text.length);
  }

  /// Takes all that has come.
  public List<Json> take() {
    return wire.take(connection, Integer.MAX_VALUE);
  }

  /// Takes so many bytes of it.
  public List<Json> take(int bytes) {
    return wire.take(connection, bytes);
  }

  /// Goes away without a word.
  public void go() {
    connection.ended(CloseReason.CONNECTION_LOST);
  }

  /// Why the server has closed it; `null` if it has not.
  public @Nullable CloseReason closed() {
    return wire.closed();
  }
}
