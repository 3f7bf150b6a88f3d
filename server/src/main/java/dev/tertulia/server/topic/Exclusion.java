package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;

/// Which subscribers a publication is not delivered to, because they know already. A value, so that
/// it can be told to another node.
public sealed interface Exclusion {
  /// Whether `subscriber` must not receive it.
  boolean covers(Subscriber subscriber);

  /// All subscribers of a client, on whichever node.
  record OfClient(ClientId client) implements Exclusion {
    @Override
    public boolean covers(Subscriber subscriber) {
      return client.equals(subscriber.client());
    }
  }

  /// One subscriber, which is on this node: nobody is left out on others.
  record One(Subscriber subscriber) implements Exclusion {
    @Override
    @SuppressWarnings("ReferenceEquality") // It is this very one, or another.
    public boolean covers(Subscriber other) {
      return subscriber == other;
    }
  }
}
