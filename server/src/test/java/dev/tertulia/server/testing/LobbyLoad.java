package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.PersistentTalkers.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// Clients that talk in the lobby, and one on each node that listens there. At the end, nothing
/// that was acknowledged may be lost, doubled or out of order, and no listener may have missed
/// anything or had to start over. For one thread.
public final class LobbyLoad implements AutoCloseable {
  private final List<Listener> listeners = new ArrayList<>();
  private final PersistentTalkers talkers;

  /// @param heard what it has seen so far
  private record Listener(FullPeer peer, List<Said> heard) {
    /// Waits until it has seen as much as that.
    void hear(int count) {
      while (heard.size() < count) {
        Json frame = peer.next(LobbyLoad::isStoredOrStartsOver);
        assertThat(frame.type()).as("it does not start over").isEqualTo("chat");
        heard.add(Said.of(frame));
      }
    }
  }

  /// Begins, and waits until there is something.
  ///
  /// @param ports of the nodes, on loopback
  public LobbyLoad(List<Integer> ports) {
    this(ports, ports);
  }

  /// As above.
  ///
  /// @param listening those of the nodes on which somebody listens
  public LobbyLoad(List<Integer> ports, List<Integer> listening) {
    for (int port : listening) {
      FullPeer listener = FullPeer.connect(port, "listener");
      listener.ask("'type':'hello'");
      listener.ask("'type':'join','room':'lobby'");
      listeners.add(new Listener(listener, new ArrayList<>()));
    }
    talkers = new PersistentTalkers(ports);
    talkers.await(200);
  }

  /// Those who talk.
  public PersistentTalkers talkers() {
    return talkers;
  }

  /// Waits until every listener has seen what is acknowledged now.
  public void awaitHeard() {
    int said = talkers.acknowledged();
    listeners.forEach(listener -> listener.hear(said));
  }

  /// Waits until all nodes store again and some more is said, ends, and looks at what each client
  /// has seen.
  ///
  /// @param after what has happened before
  /// @return what was stored, by its offset
  public List<Said> end(String after) {
    talkers.awaitAll(after);
    talkers.await(200);
    List<Said> said = talkers.end();
    PersistentTalkers.requireOrder(said);
    assertThat(said)
        .extracting(Said::offset)
        .isEqualTo(LongStream.rangeClosed(1, said.size()).boxed().toList());
    for (Listener listener : listeners) {
      listener.hear(said.size());
      assertThat(listener.heard).isEqualTo(said);
      assertThat(listener.peer.rest()).noneMatch(LobbyLoad::isStoredOrStartsOver);
    }
    return said;
  }

  private static boolean isStoredOrStartsOver(Json frame) {
    return (frame.type().equals("chat") && frame.has("offset")) || frame.type().equals("joined");
  }

  @Override
  public void close() {
    talkers.close();
    listeners.forEach(listener -> listener.peer.close());
  }
}
