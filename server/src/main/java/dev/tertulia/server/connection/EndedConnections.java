package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;

/// What ended connections were sent from the inboxes of their clients: the last [#PER_CLIENT]
/// connections of each of the last [#MOST_CLIENTS] clients. Only connections that were sent
/// something are included. Safe for any thread.
final class EndedConnections {
  static final int MOST_CLIENTS = 10_000;
  static final int PER_CLIENT = 4;

  /// By client, in the order in which their last connections ended. Guarded by this.
  private final LinkedHashMap<ClientId, Deque<SentView>> byClient = new LinkedHashMap<>();

  synchronized void add(ClientId client, SentView view) {
    Deque<SentView> views = byClient.remove(client);
    if (views == null) {
      views = new ArrayDeque<>(2);
      if (byClient.size() >= MOST_CLIENTS) {
        byClient.pollFirstEntry();
      }
    } else if (views.size() >= PER_CLIENT) {
      views.removeLast();
    }
    views.addFirst(view);
    byClient.put(client, views);
  }

  synchronized void remove(ClientId client) {
    byClient.remove(client);
  }

  /// Newest first.
  synchronized List<SentView> of(ClientId client) {
    Deque<SentView> views = byClient.get(client);
    return views == null ? List.of() : List.copyOf(views);
  }
}
