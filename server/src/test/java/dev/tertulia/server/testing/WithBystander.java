package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/// A separate server for each test, with a bystander that is connected before the test begins and
/// notices nothing of it, and of which nothing is left afterwards.
public abstract class WithBystander {
  public final TestServer server;
  public final Bystander bystander;
  private final List<RawSocket> sockets = new ArrayList<>();

  public WithBystander() {
    this(Map.of());
  }

  /// @param settings those that differ from the defaults
  public WithBystander(Map<Setting, String> settings) {
    server = TestServer.start(settings);
    bystander = Bystander.connect(server);
    bystander.noticesNothing();
  }

  @AfterEach
  final void bystanderNoticedNothingAndNothingIsLeft() {
    try (server;
        bystander) {
      sockets.forEach(RawSocket::close);
      bystander.noticesNothing();
      server.awaitConnections(1);
    }
  }

  /// A socket that is closed after the test.
  public final RawSocket open() {
    return closedInTheEnd(RawSocket.open(server));
  }

  /// A WebSocket that is closed after the test.
  public final RawSocket webSocket(String id) {
    return closedInTheEnd(RawSocket.webSocket(server, id));
  }

  /// Closes all that would be closed after the test.
  public final void closeAll() {
    sockets.forEach(RawSocket::close);
    sockets.clear();
  }

  public final RawSocket closedInTheEnd(RawSocket socket) {
    sockets.add(socket);
    return socket;
  }

  /// The socket is closed with 1002, and the reason names `cause`.
  public static void assertProtocolError(RawSocket socket, String cause) {
    assertClosed(socket, new CloseReason(1002, "protocol error: " + cause));
  }

  /// Expects nothing but a close frame with `reason`, and then the end of the stream.
  public static void assertClosed(RawSocket socket, CloseReason reason) {
    RawSocket.Frame frame = socket.read();
    assertThat(frame.opcode()).as("opcode of %s", frame.text()).isEqualTo(8);
    assertThat(frame.closeCode()).isEqualTo(reason.code());
    assertThat(frame.closeText()).isEqualTo(reason.text());
    assertThat(socket.untilEnd()).isEmpty();
  }
}
