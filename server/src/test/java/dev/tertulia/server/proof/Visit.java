package dev.tertulia.server.proof;

import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.testing.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one client was told about one room between joining and leaving: its request, the server's
/// claim of completeness, and the entries. Guarded by its client.
final class Visit {
  final String room;

  /// The position that it gave; `null` for the newest.
  private final @Nullable String given;

  private final @Nullable Integer limit;

  /// The newest offset that anybody had an `ok` for before it asked.
  private final long known;

  private final String who;
  private final Run run = new Run();
  private final List<String> breaches = new ArrayList<>(0);
  private boolean recovered;
  private boolean more;
  private boolean catchingUp;
  private String after = "";
  private int paged;
  private int live;

  Visit(String who, String room, @Nullable String given, @Nullable Integer limit, long known) {
    this.who = who;
    this.room = room;
    this.given = given;
    this.limit = limit;
    this.known = known;
  }

  void joined(Json frame) {
    recovered = frame.truth("recovered");
    more = frame.truth("more");
    catchingUp = more;
    after = frame.text("after");
    frame.objects("messages").forEach(message -> run.add(Seen.of(message)));
    paged = run.count();
  }

  void entry(Json frame) {
    run.add(Seen.of(frame));
    if (!catchingUp) {
      live++;
    }
  }

  void caughtUp(Json frame) {
    String pos = frame.text("pos");
    if (!catchingUp) {
      breaches.add("caught up twice");
    } else if (!pos.equals(last())) {
      breaches.add("caught up to " + pos + " and not to the last entry");
    } else if (offset(pos) < known) {
      breaches.add("caught up to " + pos + ", though there was " + known + " before it asked");
    }
    catchingUp = false;
  }

  /// Whether it is told of what happens as it happens.
  boolean isLive() {
    return !after.isEmpty() && !catchingUp;
  }

  /// How many entries have come since it is live.
  int live() {
    return live;
  }

  /// The position that it would go on from.
  String last() {
    return run.count() == 0 ? after : run.last();
  }

  static long offset(String pos) {
    return Long.parseLong(pos.substring(pos.indexOf(':') + 1));
  }

  /// Holds all of it against the log.
  ///
  /// @return what is wrong
  List<String> check(ExportedRooms.Room log) {
    if (after.isEmpty()) {
      return List.of();
    }
    List<String> wrong = new ArrayList<>(breaches);
    int end = log.upTo(after);
    int begin = begin(log, end);
    if (end < 0 || begin < 0 || begin + run.count() > log.size()) {
      wrong.add("a position that is not in the log");
    } else {
      check(log, begin, end, wrong);
    }
    return wrong.stream().map(what -> what + ": " + this).toList();
  }

  private void check(ExportedRooms.Room log, int begin, int end, List<String> wrong) {
    if (begin + paged != end) {
      wrong.add("a page that does not end where it says: " + (end - begin) + " entries there");
    }
    if (!log.run(begin, begin + run.count()).isSame(run)) {
      wrong.add("not what is in the log: " + log.run(begin, begin + run.count()));
    }
    if (!more && offset(after) < known) {
      wrong.add("said to be all, though there was " + known + " before it asked");
    }
    if (!recovered) {
      int most = limit == null ? Request.MAX_MISSED : limit;
      if (given == null || end - log.upTo(given) <= most) {
        wrong.add("not recovered without need");
      }
    } else if (given == null && paged != Math.min(limit == null ? Request.PAGE : limit, end)) {
      wrong.add("not as many of the newest as were asked for");
    }
  }

  /// How many entries of the log come before what it was told.
  private int begin(ExportedRooms.Room log, int end) {
    if (given != null && recovered) {
      return log.upTo(given);
    }
    return run.count() == 0 ? end : log.upTo(run.first()) - 1;
  }

  @Override
  public String toString() {
    return "%s in %s gave %s with limit %s, was told recovered:%s, more:%s, after:%s, page of %s, live %s, has %s"
        .formatted(who, room, given, limit, recovered, more, after, paged, live, run);
  }
}
