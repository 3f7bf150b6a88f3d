package dev.tertulia.server.auth;

import dev.tertulia.server.auth.JoinQuestion.Kind;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the operator's own backend decide what the clients with tokens may do in rooms, in place of
/// the claim `can`. An answer holds as long as the backend says. Where there is none, because the
/// backend can't be asked, the action is refused.
///
/// A client that has joined a room by an answer is asked about again before that ends, and leaves
/// the room when the answer is no, or when there is no new one at the end of the old.
///
/// # Concurrency
///
/// Safe for any thread; never blocks. Of equal questions at a time one is asked. At most
/// [#MAX_AT_ONCE] are asked at once, and [#MAX_WAITING] wait; more are refused.
public final class JoinBackend implements AutoCloseable {
  /// The maximum number of questions that are being asked.
  static final int MAX_AT_ONCE = 64;

  /// The maximum number of questions that wait to be asked.
  static final int MAX_WAITING = 8_192;

  /// The maximum number of answers that are remembered. Beyond it, older ones are forgotten, and
  /// those of clients that have joined by them are not: then nobody joins by further ones.
  static final int MAX_KNOWN = 1 << 17;

  /// How long a question is not asked again to which there was no answer.
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /// How long a client may take to join after its permission has ended.
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final Logger log = LoggerFactory.getLogger(JoinBackend.class);

  private final JoinEndpoint endpoint;
  private final Attendance attendance;
  private final int maxKnown;
  private final Decision.Refused forbidden;
  private final Decision.Refused unavailable;

  /// Bounded by [#MAX_KNOWN].
  private final Map<JoinQuestion, Known> known = new ConcurrentHashMap<>();

  /// Bounded by those that are asked and those that wait.
  private final Map<JoinQuestion, CompletableFuture<Known>> asked = new ConcurrentHashMap<>();

  private final ThreadPoolExecutor asking =
      new ThreadPoolExecutor(
          MAX_AT_ONCE,
          MAX_AT_ONCE,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofVirtual().name("join-", 0).factory());

  /// Tells when answers are about to end: one task for each answer by which a client may join.
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("joins").daemon().factory());

  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong loggedAt = new AtomicLong(System.nanoTime() - LOG_NANOS);

  /// Who is in which room.
  public interface Attendance {
    /// Whether a connection of `client` is in `room`. Never blocks.
    boolean isIn(RoomName room, ClientId client);

    /// Makes all connections of `client` leave `room`. May block.
    void expel(ClientId client, RoomName room);
  }

  /// What is known about a question.
  ///
  /// @param answer `null` if there was none
  /// @param until when it ends, by [System#nanoTime]
  private record Known(@Nullable JoinAnswer answer, long until) {
    boolean isOver(long now) {
      return now - until >= 0;
    }

    boolean allows() {
      return answer != null && answer.allow();
    }
  }

  /// @param url where the backend answers: `https`, or `http` on loopback
  /// @param secret signs the requests, at least 32 bytes
  /// @param language that of refusals
  /// @throws IllegalArgumentException if the URL or the secret is not usable; the message says why
  public JoinBackend(
      URI url, byte[] secret, Attendance attendance, Language language, InstantSource clock) {
    this(new JoinEndpoint(url, secret, TIMEOUT, clock), attendance, language, MAX_KNOWN);
  }

  JoinBackend(JoinEndpoint endpoint, Attendance attendance, Language language, int maxKnown) {
    this.endpoint = endpoint;
    this.attendance = attendance;
    this.maxKnown = maxKnown;
    forbidden = new Decision.Refused(Refusal.of(ErrorCode.FORBIDDEN, language));
    unavailable =
        new Decision.Refused(
            new Refusal(ErrorCode.UNAVAILABLE, AuthMessages.of(language).noJoinAnswer()));
    asking.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  /// Whether the client of `principal` may perform `action` in `room`.
  public Decision check(Principal principal, Action.InRoom action, RoomName room) {
    return switch (action) {
      case JOIN, READ, MARK -> check(JoinQuestion.of(principal, room, Kind.JOIN));
      case SEND -> check(JoinQuestion.of(principal, room, Kind.SEND));
      case MODERATE -> check(JoinQuestion.of(principal, room, Kind.MODERATE));
      case AMEND ->
          or(
              check(JoinQuestion.of(principal, room, Kind.SEND)),
              JoinQuestion.of(principal, room, Kind.MODERATE));
      case LIST_MEMBERS -> forbidden;
    };
  }

  /// Whether it is known that the client of `principal` may perform `action` in `room`. Asks
  /// nothing.
  public boolean isAllowed(Principal principal, Action.InRoom action, RoomName room) {
    return switch (action) {
      case JOIN, READ, MARK -> isKnown(JoinQuestion.of(principal, room, Kind.JOIN));
      case SEND -> isKnown(JoinQuestion.of(principal, room, Kind.SEND));
      case MODERATE -> isKnown(JoinQuestion.of(principal, room, Kind.MODERATE));
      case AMEND ->
          isKnown(JoinQuestion.of(principal, room, Kind.SEND))
              || isKnown(JoinQuestion.of(principal, room, Kind.MODERATE));
      case LIST_MEMBERS -> false;
    };
  }

  private boolean isKnown(JoinQuestion question) {
    Known last = known.get(question);
    return last != null && last.allows() && !last.isOver(System.nanoTime());
  }

  /// Allowed if `first` is, or `second`, which is asked only if it matters.
  private Decision or(Decision first, JoinQuestion second) {
    return switch (first) {
      case Decision.Allowed allowed -> allowed;
      case Decision.Refused _ -> check(second);
      case Decision.Pending pending ->
          new Decision.Pending(
              pending
                  .decision()
                  .thenCompose(decided ->
                      decided.isAllowed()
                          ? CompletableFuture.completedFuture(decided)
                          : check(second).settled()));
    };
  }

  private Decision check(JoinQuestion question) {
    Known last = known.get(question);
    if (last != null && !last.isOver(System.nanoTime())) {
      return decided(last);
    }
    return new Decision.Pending(ask(question).thenApply(this::decided));
  }

  private Decision.Decided decided(Known last) {
    return last.answer == null
        ? unavailable
        : last.allows() ? Decision.Allowed.INSTANCE : forbidden;
  }

  /// Asks, unless that is under way. Completed on a thread of its own, never with an exception.
  private CompletableFuture<Known> ask(JoinQuestion question) {
    CompletableFuture<Known> mine = new CompletableFuture<>();
    CompletableFuture<Known> other = asked.putIfAbsent(question, mine);
    if (other != null) {
      return other;
    }
    try {
      asking.execute(() -> answer(question, mine));
    } catch (RejectedExecutionException tooMany) {
      failed("too many questions wait");
      settle(question, mine, none());
    }
    return mine;
  }

  private static Known none() {
    return new Known(null, System.nanoTime() + AFTER_FAILURE.toNanos());
  }

  /// On a thread of its own.
  private void answer(JoinQuestion question, CompletableFuture<Known> asker) {
    Known now;
    try {
      JoinAnswer answer = endpoint.ask(question);
      now = new Known(answer, System.nanoTime() + answer.lasting().toNanos());
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
      now = none();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
      now = none();
    } catch (Throwable failure) {
      log.error("Asking auth.join_url failed because of a bug: please report it", failure);
      now = none();
    }
    settle(question, asker, now);
  }

  private void settle(JoinQuestion question, CompletableFuture<Known> asker, Known now) {
    Known settled = remember(question, now);
    asked.remove(question, asker);
    if (question.kind() == Kind.JOIN
        && settled.answer != null
        && !settled.allows()
        && isIn(question)) {
      expel(question);
    }
    asker.complete(settled);
  }

  /// A failure does not replace an answer that still holds.
  private Known remember(JoinQuestion question, Known now) {
    if (!known.containsKey(question) && known.size() >= maxKnown && !makeRoom()) {
      failed("all answers that can be remembered are of clients that have joined by them");
      return none();
    }
    Known kept =
        known.merge(
            question,
            now,
            (old, latest) ->
                latest.answer == null && old.answer != null && !old.isOver(System.nanoTime())
                    ? old
                    : latest);
    if (question.kind() == Kind.JOIN && kept.equals(now) && now.allows()) {
      watch(question, now);
    }
    return kept;
  }

  /// Forgets an answer that no joined client depends on.
  private boolean makeRoom() {
    int looked = 0;
    for (Iterator<Map.Entry<JoinQuestion, Known>> all = known.entrySet().iterator();
        all.hasNext() && looked < 1_000;
        looked++) {
      Map.Entry<JoinQuestion, Known> each = all.next();
      if (each.getKey().kind() != Kind.JOIN || !each.getValue().allows()) {
        known.remove(each.getKey(), each.getValue());
        return true;
      }
    }
    return false;
  }

  // Clients that have joined by an answer.

  /// Asks again when three quarters of the time are over, and enforces the end.
  private void watch(JoinQuestion question, Known answer) {
    long left = answer.until - System.nanoTime();
    after(left - left / 4, () -> renew(question, answer));
    after(left, () -> enforce(question, answer));
  }

  private void after(long nanos, Runnable task) {
    try {
      timer.schedule(task, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // Nobody is in a room any more.
    }
  }

  /// On the timer.
  private void renew(JoinQuestion question, Known answer) {
    if (!answer.equals(known.get(question)) || !isIn(question)) {
      return;
    }
    ask(question)
        .thenAccept(now -> {
          if (now.equals(answer)) {
            // No answer: again, until the end.
            after(AFTER_FAILURE.toNanos(), () -> renew(question, answer));
          }
        });
  }

  /// On the timer, when an answer is over.
  private void enforce(JoinQuestion question, Known answer) {
    Known now = known.get(question);
    if (now != null && !now.equals(answer) && now.allows()) {
      return;
    }
    if (isIn(question)) {
      known.remove(question, answer);
      expel(question);
    } else {
      after(GRACE.toNanos(), () -> forget(question, answer));
    }
  }

  /// On the timer. A client that was slow to join by an answer is asked about again.
  private void forget(JoinQuestion question, Known answer) {
    if (known.remove(question, answer) && isIn(question)) {
      ask(question)
          .thenAccept(now -> {
            if (!now.allows()) {
              expel(question);
            }
          });
    }
  }

  private boolean isIn(JoinQuestion question) {
    return attendance.isIn(question.room(), question.client());
  }

  private void expel(JoinQuestion question) {
    Thread.ofVirtual()
        .name("expel")
        .start(() -> attendance.expel(question.client(), question.room()));
  }

  private void failed(String why) {
    long count = failures.incrementAndGet();
    long last = loggedAt.get();
    long now = System.nanoTime();
    if (now - last >= LOG_NANOS && loggedAt.compareAndSet(last, now)) {
      failures.addAndGet(-count);
      log.warn(
          "auth.join_url does not answer: {} ({} failures since the last such line). Clients are"
              + " refused until it does: check that it runs, and that this machine reaches it.",
          why,
          count);
    }
  }

  /// Asks nothing more.
  @Override
  public void close() {
    timer.shutdownNow();
    asking.shutdownNow();
    endpoint.close();
  }
}
