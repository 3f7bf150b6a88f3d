package dev.tertulia.server.audit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Records who connected, who was refused and why, whom the server disconnected, and what operators
/// did: one line each, in the log of the server, by the logger `audit`, as fields without a message
/// ([AuditEntry]). It contains nothing secret.
///
/// # Bounds
///
/// An attacker can't fill a disk: of each kind but [Event#OPERATION], [#BURST] lines are recorded
/// of one address, and then one each [#PAUSE_NANOS]; of all addresses, [#BURST_OF_ALL], and then
/// one each [#PAUSE_NANOS_OF_ALL]. What is beyond is counted, and the count recorded, at the latest
/// by [#tend], as `more`. Addresses are counted one by one up to [#MAX_ADDRESSES], and others
/// together.
///
/// Safe for any thread; never blocks. What is not recorded costs nothing but a comparison.
public final class AuditLog {
  /// The lines of one kind and address that are recorded at once.
  static final int BURST = 20;

  /// The time after which one more is.
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// The lines of one kind that are recorded at once.
  static final int BURST_OF_ALL = 1_000;

  /// The time after which one more is.
  static final long PAUSE_NANOS_OF_ALL = TimeUnit.MILLISECONDS.toNanos(50);

  /// The maximum number of addresses that are counted one by one, of all kinds.
  static final int MAX_ADDRESSES = 10_000;

  /// The lines of operators and their programs that are recorded at once of one address; those come
  /// from nobody else.
  static final int BURST_OF_OPERATORS = 1_000;

  private static final Logger log = LoggerFactory.getLogger("audit");

  private final Scope scope;
  private final LongSupplier nanoClock;
  private final Consumer<AuditEntry> lines;

  /// Bounded by [#MAX_ADDRESSES], and [Event]s.
  private final Map<Source, Allowance> allowances = new ConcurrentHashMap<>();

  private final AtomicInteger counted = new AtomicInteger();

  /// What is recorded.
  public enum Scope {
    /// Nothing.
    OFF,
    /// All but clients that come and go by themselves.
    ON,
    /// Everything.
    ALL
  }

  /// What happened.
  public enum Event {
    /// A client has connected.
    CONNECTED(Scope.ALL),
    /// A connection has ended by itself.
    DISCONNECTED(Scope.ALL),
    /// The server has ended a connection for what its client is or did.
    CLOSED(Scope.ON),
    /// A request, or a connection, was refused for want of the right to it.
    REFUSED(Scope.ON),
    /// An operator, or a program with a key, has changed something.
    OPERATION(Scope.ON);

    private final Scope least;

    Event(Scope least) {
      this.least = least;
    }
  }

  /// Whose lines are counted together.
  ///
  /// @param block an address or, of IPv6, its /64, as a number; [#OTHERS] for all further ones, and
  ///   [#ALL] for all
  private record Source(Event event, long block) {
    static final long OTHERS = Long.MIN_VALUE;
    static final long ALL = Long.MIN_VALUE + 1;
  }

  /// @param nanoClock a monotonic clock, in nanoseconds
  public AuditLog(Scope scope, LongSupplier nanoClock) {
    this(scope, nanoClock, AuditLog::write);
  }

  AuditLog(Scope scope, LongSupplier nanoClock, Consumer<AuditEntry> lines) {
    this.scope = scope;
    this.nanoClock = nanoClock;
    this.lines = lines;
  }

  /// Records nothing.
  public static AuditLog off() {
    return new AuditLog(Scope.OFF, () -> 0);
  }

  /// Whether such events are recorded.
  public boolean records(Event event) {
    return scope.compareTo(event.least) >= 0 && scope != Scope.OFF;
  }

  /// Records an event.
  ///
  /// @param from where the request came from; `null` if that is not known
  /// @param details adds what else is known, if the event is recorded
  public void record(Event event, @Nullable InetAddress from, Consumer<AuditEntry> details) {
    if (!records(event)) {
      return;
    }
    long now = nanoClock.getAsLong();
    Allowance ofAddress = ofAddress(event, from, now);
    long more = ofAddress.take(now, from);
    if (more == Allowance.REFUSED) {
      return;
    }
    if (ofAll(event, now).take(now, from) == Allowance.REFUSED) {
      ofAddress.suppress(more + 1, from);
      return;
    }
    AuditEntry line = begin(event, from);
    details.accept(line);
    if (more > 0) {
      line.add("more", more);
    }
    lines.accept(line);
  }

  /// Records how many lines were not recorded, of sources that may have one recorded again, and
  /// forgets the sources that have not been heard of. To be called every some seconds.
  public void tend() {
    long now = nanoClock.getAsLong();
    Iterator<Map.Entry<Source, Allowance>> all = allowances.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Source, Allowance> each = all.next();
      Source source = each.getKey();
      Allowance allowance = each.getValue();
      if (source.block == Source.ALL) {
        continue;
      }
      if (allowance.isUnused(now)) {
        all.remove();
        counted.decrementAndGet();
      } else {
        summarize(source.event, allowance, now);
      }
    }
  }

  private void summarize(Event event, Allowance allowance, long now) {
    InetAddress last = allowance.last();
    long more = allowance.takeSummary(now);
    if (more <= 0) {
      return;
    }
    if (ofAll(event, now).take(now, last) == Allowance.REFUSED) {
      allowance.suppress(more, last);
    } else {
      lines.accept(begin(event, last).add("more", more));
    }
  }

  private static void write(AuditEntry entry) {
    LoggingEventBuilder event = log.atInfo();
    for (Map.Entry<String, Object> field : entry.fields().entrySet()) {
      event = event.addKeyValue(field.getKey(), field.getValue());
    }
    event.log("");
  }

  private static AuditEntry begin(Event event, @Nullable InetAddress from) {
    AuditEntry line = new AuditEntry().add("audit", event.name().toLowerCase(Locale.ROOT));
    return from == null ? line : line.add("address", from.getHostAddress());
  }

  private Allowance ofAll(Event event, long now) {
    return allowances.computeIfAbsent(
        new Source(event, Source.ALL), _ -> new Allowance(BURST_OF_ALL, PAUSE_NANOS_OF_ALL, now));
  }

  private Allowance ofAddress(Event event, @Nullable InetAddress from, long now) {
    Source source = new Source(event, from == null ? Source.OTHERS : block(from));
    Allowance known = allowances.get(source);
    if (known != null) {
      return known;
    }
    if (counted.get() >= MAX_ADDRESSES) {
      source = new Source(event, Source.OTHERS);
    }
    return allowances.computeIfAbsent(
        source,
        _ -> {
          counted.incrementAndGet();
          return event == Event.OPERATION
              ? new Allowance(BURST_OF_OPERATORS, PAUSE_NANOS_OF_ALL, now)
              : new Allowance(BURST, PAUSE_NANOS, now);
        });
  }

  /// An address as a number: four bytes, or of IPv6 the first eight.
  private static long block(InetAddress address) {
    byte[] bytes = address.getAddress();
    int length = address instanceof Inet6Address ? Long.BYTES : bytes.length;
    long block = 0;
    for (int i = 0; i < length; i++) {
      block = (block << Byte.SIZE) | (bytes[i] & 0xff);
    }
    return block;
  }
}
