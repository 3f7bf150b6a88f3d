package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one client knows of one room, over any number of connections, and whether what section 5 of
/// the protocol promises was kept towards it. Guarded by its client's lock.
final class RoomView {
  private static final int LARGEST_PIECE = 200;

  private final String room;
  private final List<Seen> entries = new ArrayList<>();
  private final Set<String> messages = new HashSet<>();
  private final List<String> breaches;
  private @Nullable String since;
  private @Nullable String position;
  private boolean listening;
  private boolean catchingUp;
  private int joins;
  private int gaps;
  private long smallestGap = Long.MAX_VALUE;

  /// @param breaches where what was broken is written to
  RoomView(String room, List<String> breaches) {
    this.room = room;
    this.breaches = breaches;
  }

  /// The position of the last entry that was dealt with, to go on from; `null` before the first
  /// join.
  @Nullable String position() {
    return position;
  }

  /// Where [#entries] begin: right after this position. `null` if they began with the newest.
  @Nullable String since() {
    return since;
  }

  /// What this client has without a gap, as far as it was told.
  List<Seen> entries() {
    return List.copyOf(entries);
  }

  /// How often it was told that there may be a gap.
  int gaps() {
    return gaps;
  }

  /// How many entries it had missed at least when it was told that there may be a gap;
  /// [Long#MAX_VALUE] if it never was.
  long smallestGap() {
    return smallestGap;
  }

  /// How often it was told what it had missed.
  int joins() {
    return joins;
  }

  boolean isCatchingUp() {
    return catchingUp;
  }

  /// Begins at another position than where it is: what was seen before is forgotten.
  void moveTo(String elsewhere) {
    entries.clear();
    messages.clear();
    since = elsewhere;
    position = elsewhere;
  }

  void disconnected() {
    listening = false;
    catchingUp = false;
  }

  /// @param asked whether the client has just asked to go on from [#position], or for the newest if
  ///   it has none
  void joined(Json joined, boolean asked) {
    joins++;
    boolean recovered = joined.truth("recovered");
    if (!recovered) {
      gaps++;
      if (position != null) {
        smallestGap = Math.min(smallestGap, offset(joined.text("after")) - offset(position));
      }
    }
    if (!asked && recovered) {
      breach("told that all is well without having asked: " + joined);
    }
    if (position == null && !recovered) {
      breach("a first join can't have lost anything: " + joined);
    }
    if (position == null || !recovered) {
      entries.clear();
      messages.clear();
      since = null;
      position = null;
    }
    listening = true;
    List<Json> missed = joined.objects("messages");
    if (missed.size() > LARGEST_PIECE) {
      breach("%s messages in one joined".formatted(missed.size()));
    }
    missed.forEach(this::add);
    if (!missed.isEmpty() && !missed.getLast().text("pos").equals(joined.text("after"))) {
      breach("joined.after is not the last message's position: " + joined);
    }
    if (missed.isEmpty() && position != null && !position.equals(joined.text("after"))) {
      breach("joined.after is not what was given: " + joined);
    }
    if (position == null) {
      position = joined.text("after");
      since = position;
    }
    catchingUp = joined.truth("more");
  }

  private static long offset(String position) {
    return Long.parseLong(position.substring(position.indexOf(':') + 1));
  }

  void caughtUp(Json frame) {
    if (!catchingUp) {
      breach("caught_up without more:true before it: " + frame);
    }
    if (!frame.text("pos").equals(position)) {
      breach("caught up to another position than %s: %s".formatted(position, frame));
    }
    catchingUp = false;
  }

  void entry(Json frame) {
    if (!listening) {
      breach("delivered before joined: " + frame);
    }
    add(frame);
  }

  private void add(Json frame) {
    Seen seen = Seen.of(frame);
    if (!entries.isEmpty() && seen.offset() <= entries.getLast().offset()) {
      breach("%s after %s".formatted(seen, entries.getLast()));
    }
    if (seen.type().equals("chat") && !messages.add(seen.client() + " " + seen.id())) {
      breach("twice: " + seen);
    }
    entries.add(seen);
    position = seen.pos();
  }

  private void breach(String what) {
    breaches.add(room + ": " + what);
  }
}
