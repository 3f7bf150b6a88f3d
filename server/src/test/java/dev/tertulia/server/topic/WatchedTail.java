package dev.tertulia.server.topic;

import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.storage.read.TailView;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Makes tails whose readers look after each single thing that they could see.
public final class WatchedTail {
  private WatchedTail() {}

  /// An empty tail.
  ///
  /// @param bound in bytes
  /// @param look called whenever readers see something else than before, also in the midst of a
  ///   change, by the thread that changes: it reads, as a loop does, and changes nothing
  public static Tail of(long bound, Runnable look) {
    return new Tail(bound, topic -> {}, new Views(look));
  }

  private static final class Views extends ConcurrentHashMap<TopicName, TailView> {
    private static final long serialVersionUID = 1L;

    private final transient Runnable look;

    Views(Runnable look) {
      this.look = look;
    }

    @Override
    public @Nullable TailView put(TopicName topic, TailView view) {
      TailView before = super.put(topic, view);
      look.run();
      return before;
    }

    @Override
    public @Nullable TailView remove(Object topic) {
      TailView before = super.remove(topic);
      look.run();
      return before;
    }

    @Override
    public void clear() {
      super.clear();
      look.run();
    }
  }
}
