package dev.tertulia.server.auth.key;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.ApiKeyCheck;
import dev.tertulia.server.auth.AuthMessages;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.Language;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The API keys of a server: those that operators have made, which are stored, and those of the
/// configuration. Safe for any thread.
///
/// All keys are in memory, as hashes. A key is found by its public id or, if it is configured, by
/// comparing it with all of those; hashes are compared in constant time. A change is in force when
/// its method returns.
public final class ApiKeys implements ApiKeyCheck {
  /// The maximum number of stored keys.
  public static final int MAX_STORED = 1_000;

  /// The maximum number of configured keys: each key that is presented is compared with all.
  public static final int MAX_CONFIGURED = 1_000;

  /// What keys of unknown ids are compared with.
  private static final byte[] NO_HASH = new byte[ApiKey.HASH_BYTES];

  private final ApiKeyStore store;
  private final AuthMessages messages;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Runnable ended;
  private final KeyFailures failures = new KeyFailures();

  /// Held while keys are made, revoked or configured, also while that is being stored.
  private final ReentrantLock changing = new ReentrantLock();

  /// All stored keys by name, also those whose removal could not be stored. Guarded by `changing`.
  private final Map<String, Held> stored = new TreeMap<>();

  /// The stored keys that are in force, by id.
  private volatile Map<String, Held> inForce = Map.of();

  /// The configured keys.
  private volatile List<Held> configured = List.of();

  /// Loads the stored keys. Blocks.
  ///
  /// @param language that of refusals
  /// @param nanoTime a monotonic clock
  /// @param ended runs when keys are no longer in force, to end what was opened with them; on the
  ///   thread that has made the change
  public ApiKeys(
      ApiKeyStore store,
      Language language,
      InstantSource clock,
      LongSupplier nanoTime,
      Runnable ended) {
    this.store = store;
    messages = AuthMessages.of(language);
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.ended = ended;
    Map<String, Held> byId = new HashMap<>();
    for (ApiKey key : store.load()) {
      Held held = new Held(key);
      stored.put(key.name(), held);
      byId.put(key.id(), held);
    }
    inForce = Map.copyOf(byId);
  }

  /// Puts in force what is stored now, also by other servers. Blocks.
  ///
  /// @return whether anything has changed
  public boolean read() {
    changing.lock();
    try {
      Map<String, Held> byName = new TreeMap<>();
      Map<String, Held> byId = new HashMap<>();
      for (ApiKey key : store.load()) {
        Held known = stored.get(key.name());
        boolean isKnown = known != null && known.key.id().equals(key.id());
        Held held = isKnown ? known : new Held(key);
        byName.put(key.name(), held);
        // One that is no longer in force stays so, though it could not be removed.
        if (!isKnown || inForce.containsKey(key.id())) {
          byId.put(key.id(), held);
        }
      }
      boolean changed = !byId.keySet().equals(inForce.keySet());
      stored.clear();
      stored.putAll(byName);
      inForce = Map.copyOf(byId);
      return changed;
    } finally {
      changing.unlock();
    }
  }

  /// A key as operators see it.
  ///
  /// @param key with the time of its last use
  /// @param revoked whether it is no longer in force, but could not be removed from the database
  public record Listed(ApiKey key, boolean revoked) {}

  /// Why a key was not made.
  public enum NotMade {
    /// A key has that name.
    TAKEN,
    /// There are [#MAX_STORED] keys.
    TOO_MANY
  }

  @Override
  public Authentication.Decided check(Credentials.Key key, Peer from) {
    AddressBlock address = from.block();
    long nanos = nanoTime.getAsLong();
    if (!address.isLoopback()) {
      long wait = failures.wait(address, nanos);
      if (wait > 0) {
        return tooManyFailures(wait);
      }
    }
    Held found = key.text().length() > KeyText.MAX_LENGTH ? null : find(key.text());
    if (found == null) {
      long wait = failures.failed(address, nanos);
      if (wait > 0) {
        return tooManyFailures(wait);
      }
      return refused(
          KeyText.isMistyped(key.text()) ? messages.mistypedKey() : messages.unknownKey());
    }
    Instant now = clock.instant();
    if (found.principal.isExpired(now)) {
      return refused(messages.expiredKey());
    }
    found.used(now);
    return found.accepted;
  }

  private static Authentication.Decided refused(String message) {
    return new Authentication.Refused(Authentication.Cause.INVALID, message, null);
  }

  private Authentication.Decided tooManyFailures(long wait) {
    Duration retryAfter = Duration.ofNanos(wait);
    String message = messages.wrongKeys().formatted(retryAfter.plusNanos(999_999_999).toSeconds());
    return new Authentication.Refused(Authentication.Cause.RATE_LIMITED, message, retryAfter);
  }

  private @Nullable Held find(String text) {
    byte[] hash = KeyText.hash(text);
    String id = KeyText.idOf(text);
    Held candidate = id == null ? null : inForce.get(id);
    boolean equal = MessageDigest.isEqual(candidate == null ? NO_HASH : candidate.key.hash(), hash);
    Held found = equal ? candidate : null;
    for (Held each : configured) {
      // All of them, whichever it is.
      if (each.key.hasHash(hash)) {
        found = each;
      }
    }
    return found;
  }

  /// Whether a key is in force. Asked for each connection that was opened with one, once it is
  /// registered: the key may have been revoked in between.
  ///
  /// @param id see [Principal.KeyName]
  public boolean isInForce(String id) {
    Held held = inForce.get(id);
    if (held == null) {
      for (Held each : configured) {
        held = each.key.id().equals(id) ? each : held;
      }
    }
    return held != null && !held.principal.isExpired(clock.instant());
  }

  /// All keys, by name.
  public List<Listed> list() {
    List<Listed> all = new ArrayList<>();
    for (Held each : configured) {
      all.add(new Listed(each.now(), /* revoked= */ false));
    }
    changing.lock();
    try {
      for (Held each : stored.values()) {
        all.add(new Listed(each.now(), !inForce.containsKey(each.key.id())));
      }
    } finally {
      changing.unlock();
    }
    all.sort(Comparator.comparing(listed -> listed.key().name()));
    return all;
  }

  /// Stores a key that was made, and puts it in force. Blocks.
  ///
  /// @return why it was not; `null` if it was
  public @Nullable NotMade add(ApiKey key) {
    changing.lock();
    try {
      boolean taken = stored.containsKey(key.name());
      for (Held each : configured) {
        taken |= each.key.name().equals(key.name());
      }
      if (taken) {
        return NotMade.TAKEN;
      }
      if (stored.size() >= MAX_STORED) {
        return NotMade.TOO_MANY;
      }
      store.put(key);
      Held held = new Held(key);
      stored.put(key.name(), held);
      Map<String, Held> more = new HashMap<>(inForce);
      more.put(key.id(), held);
      inForce = Map.copyOf(more);
      return null;
    } finally {
      changing.unlock();
    }
  }

  /// Revokes a stored key: it is refused from now on, and what was opened with it ends. Blocks
  /// until that is stored. If that fails, with an unchecked exception, the key is refused all the
  /// same, until the server starts the next time; it can be revoked again.
  ///
  /// @return the key; `null` if no stored key has that name
  public @Nullable ApiKey revoke(String name) {
    changing.lock();
    try {
      Held held = stored.get(name);
      if (held == null) {
        return null;
      }
      Map<String, Held> fewer = new HashMap<>(inForce);
      fewer.remove(held.key.id());
      inForce = Map.copyOf(fewer);
      ended.run();
      store.remove(held.key);
      stored.remove(name);
      return held.now();
    } finally {
      changing.unlock();
    }
  }

  /// Replaces the configured keys. What was opened with one that is no longer there, or may do
  /// something else now, ends.
  ///
  /// @throws IllegalArgumentException if there are too many, or two have the same name; nothing is
  ///   replaced then
  public void configure(List<ApiKey> keys) {
    changing.lock();
    try {
      if (keys.size() > MAX_CONFIGURED) {
        throw new IllegalArgumentException(
            "there may be at most %s configured API keys".formatted(MAX_CONFIGURED));
      }
      Map<String, Held> before = new HashMap<>();
      configured.forEach(held -> before.put(held.key.name(), held));
      Set<String> names = new HashSet<>();
      List<Held> after = new ArrayList<>();
      for (ApiKey key : keys) {
        if (!names.add(key.name())) {
          throw new IllegalArgumentException(
              "two configured API keys have the name '%s'".formatted(key.name()));
        }
        Held held = before.get(key.name());
        if (held != null
            && held.key.hasHash(key.hash())
            && held.key.scopes().equals(key.scopes())) {
          before.remove(key.name());
          after.add(held);
        } else {
          after.add(new Held(key));
        }
      }
      configured = List.copyOf(after);
      if (!before.isEmpty()) {
        ended.run();
      }
    } finally {
      changing.unlock();
    }
  }

  /// Stores when keys were last used, of those that were used since this was last called. Does not
  /// block: while a key is being made or revoked, it is left to the next call. Called once a
  /// minute, and at the end.
  public void saveUses() {
    // Otherwise the row of a key that is being revoked might be stored after it was removed.
    if (!changing.tryLock()) {
      return;
    }
    try {
      List<ApiKey> used = new ArrayList<>();
      for (Held held : inForce.values()) {
        ApiKey now = held.toSave();
        if (now != null) {
          used.add(now);
        }
      }
      if (!used.isEmpty()) {
        store.noteUses(used);
      }
    } finally {
      changing.unlock();
    }
  }

  /// A key and when it was last used.
  private static final class Held {
    final ApiKey key;
    final Principal principal;
    final Authentication.Accepted accepted;

    /// To the minute, so that threads rarely write it.
    private volatile @Nullable Instant used;

    private volatile @Nullable Instant saved;

    Held(ApiKey key) {
      this.key = key;
      principal = key.principal();
      accepted = new Authentication.Accepted(principal);
      used = key.used();
      saved = key.used();
    }

    void used(Instant now) {
      Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
      if (!minute.equals(used)) {
        used = minute;
      }
    }

    ApiKey now() {
      return key.usedAt(used);
    }

    /// The key as it is to be stored; `null` if it was not used since.
    @Nullable ApiKey toSave() {
      Instant at = used;
      if (at == null || at.equals(saved)) {
        return null;
      }
      saved = at;
      return key.usedAt(at);
    }
  }
}
