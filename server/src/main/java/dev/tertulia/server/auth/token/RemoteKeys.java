package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.BoundedHttp;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that an issuer publishes at a URL (JWKS). They are fetched at the start, then
/// regularly, and sooner if a token needs a key that is missing, but not more often than every
/// [#MIN_PAUSE].
///
/// # Concurrency
///
/// Safe for any thread. Keys are fetched on a virtual thread of their own, one at a time; tokens
/// are verified with the last good keys meanwhile.
///
/// # Failure
///
/// If the keys can't be fetched, the last good ones remain, and the next attempts come at growing
/// intervals. A successful response replaces all keys: one that is no longer in it is no longer
/// trusted.
public final class RemoteKeys implements KeySource {
  /// The minimum time between two fetches, once there are keys: tokens with invented key ids can't
  /// cause more.
  public static final Duration MIN_PAUSE = Duration.ofSeconds(30);

  /// The pause after the first failure while there are no keys at all, so that a server that starts
  /// before its issuer is soon in use.
  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /// The maximum pause after failures.
  static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  /// The maximum number of tokens that wait for one fetch; others are told to try again.
  static final int MAX_WAITING = 1_024;

  /// The default interval between fetches.
  public static final Duration INTERVAL = Duration.ofMinutes(5);

  /// The default maximum time of a fetch.
  public static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(RemoteKeys.class);

  /// Runs a task after a delay, on a thread that may not block for long.
  interface Timer {
    void after(Duration delay, Runnable task);
  }

  private final String issuer;
  private final KeysRequest request;
  private final Duration interval;
  private final Timer timer;
  private final LongSupplier nanoClock;
  private final Object lock = new Object();

  /// Written under `lock`.
  private volatile KeySet keys = KeySet.EMPTY;

  /// Under `lock`: the fetch in progress; `null` if there is none.
  private @Nullable Fetch fetch;

  /// Under `lock`: the number of tokens that wait for `fetch`.
  private int waiting;

  /// Under `lock`: the number of failures since the last success.
  private int failures;

  /// Under `lock`: whether keys were ever fetched.
  private boolean fetched;

  /// Under `lock`: when the next fetch may begin, in nanoseconds of the clock.
  private long earliest;

  /// Under `lock`: which timer is valid; others do nothing.
  private int timers;

  /// Under `lock`: whether the next fetch was brought forward to `earliest`.
  private boolean hastened;

  /// Under `lock`.
  private boolean closed;

  /// Under `lock`: what was last logged about skipped keys.
  private List<String> skipped = List.of();

  /// @param thread the thread that fetches
  /// @param done completed with whether it was successful
  private record Fetch(Thread thread, CompletableFuture<Boolean> done) {}

  /// Keys that are not fetched before [#start].
  ///
  /// @param issuer names the issuer in the log
  /// @param url with `https`, or `http`
  /// @throws IllegalArgumentException if the URL can't be used
  public RemoteKeys(String issuer, URI url) {
    this(issuer, new JwksRequest(url, TIMEOUT));
  }

  /// Keys that are not fetched before [#start].
  ///
  /// @param issuer names the issuer in the log
  public RemoteKeys(String issuer, KeysRequest request) {
    this(
        issuer,
        request,
        INTERVAL,
        (delay, task) ->
            CompletableFuture.delayedExecutor(
                    delay.toNanos(), TimeUnit.NANOSECONDS, Thread::startVirtualThread)
                .execute(task),
        System::nanoTime);
  }

  RemoteKeys(
      String issuer, KeysRequest request, Duration interval, Timer timer, LongSupplier nanoClock) {
    this.issuer = issuer;
    this.request = request;
    this.interval = interval;
    this.timer = timer;
    this.nanoClock = nanoClock;
    earliest = nanoClock.getAsLong();
  }

  /// Begins to fetch the keys, so that they are there before the first token. To be called once.
  public void start() {
    if (!BoundedHttp.isSafe(request.url())) {
      log.warn(
          "The keys of {} come without TLS from {}: whoever controls the network in between can"
              + " replace them. Use https.",
          issuer,
          request);
    }
    synchronized (lock) {
      if (!closed && fetch == null) {
        begin();
      }
    }
  }

  @Override
  public KeySet keys() {
    return keys;
  }

  @Override
  public Renewal renew() {
    synchronized (lock) {
      if (closed) {
        return new Renewal.Later(FIRST_PAUSE);
      }
      if (fetch != null) {
        if (waiting >= MAX_WAITING) {
          return new Renewal.Later(MIN_PAUSE);
        }
        waiting++;
        // What is being fetched may be older than the key.
        return new Renewal.Underway(fetch.done.thenApply(success -> false));
      }
      long left = earliest - nanoClock.getAsLong();
      if (left <= 0) {
        waiting = 1;
        return new Renewal.Underway(begin().done);
      }
      if (!hastened) {
        hastened = true;
        schedule(Duration.ofNanos(left));
      }
      return new Renewal.Later(Duration.ofNanos(left));
    }
  }

  /// Ends a fetch in progress, and begins no other one. The keys remain.
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (fetch != null) {
        fetch.thread.interrupt();
      }
    }
  }

  /// Under `lock`.
  private Fetch begin() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Fetch begun = new Fetch(Thread.ofVirtual().name("keys").unstarted(() -> run(done)), done);
    fetch = begun;
    timers++;
    hastened = false;
    begun.thread.start();
    return begun;
  }

  private void run(CompletableFuture<Boolean> done) {
    long begun = nanoClock.getAsLong();
    boolean success = false;
    try {
      JwkSet set = JwkSet.parse(request.send());
      success = true;
      synchronized (lock) {
        succeed(set, begun);
      }
    } catch (Throwable e) {
      synchronized (lock) {
        fail(e, begun);
      }
    }
    done.complete(success);
  }

  /// Under `lock`.
  private void succeed(JwkSet set, long begun) {
    if (failures > 0 || !fetched) {
      log.info("Fetched {} keys of {} from {}", set.keys().keys().size(), issuer, request);
    }
    if (!set.skipped().equals(skipped)) {
      for (String cause : set.skipped()) {
        log.warn(
            "Skipped a key of {} from {}: {}. Its tokens are refused; nothing to do if it signs"
                + " none",
            issuer,
            request,
            cause);
      }
    }
    skipped = set.skipped();
    keys = set.keys();
    fetched = true;
    failures = 0;
    end(begun, MIN_PAUSE, interval);
  }

  /// Under `lock`.
  private void fail(Throwable cause, long begun) {
    Duration first = fetched ? MIN_PAUSE : FIRST_PAUSE;
    Duration pause = first.multipliedBy(1L << Math.min(failures, 10));
    if (pause.compareTo(MAX_PAUSE) > 0) {
      pause = MAX_PAUSE;
    }
    failures++;
    if (!closed) {
      log.warn(
          "Could not fetch the keys of {} from {}: {}. {}; next attempt in {} s. Check the address,"
              + " and that this machine reaches it",
          issuer,
          request,
          cause.getMessage() == null ? cause.toString() : cause.getMessage(),
          fetched ? "Its tokens are verified with the last keys" : "Its tokens can't be verified",
          pause.toSeconds());
    }
    end(begun, pause, pause);
  }

  /// Under `lock`.
  private void end(long begun, Duration pause, Duration next) {
    earliest = begun + pause.toNanos();
    fetch = null;
    waiting = 0;
    if (!closed) {
      schedule(next);
    }
  }

  /// Under `lock`.
  private void schedule(Duration delay) {
    int number = ++timers;
    timer.after(
        delay,
        () -> {
          synchronized (lock) {
            if (number == timers && !closed && fetch == null) {
              begin();
            }
          }
        });
  }
}
