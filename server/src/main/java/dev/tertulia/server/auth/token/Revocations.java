package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import dev.tertulia.server.model.Partial;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What operators revoke. A revocation is in force before it is stored, so that it needs no disk;
/// what was undone is in force until that is stored.
///
/// Tokens name the second in which they were issued. A rule for tokens issued before now also
/// refuses those of the current second, of which nobody can tell whether they are older; its
/// [Revocation#tokensFrom] is the next second. Safe for any thread; blocks only as [Enforcement]
/// does.
public final class Revocations {
  private final RevokedTokens tokens;
  private final Store store;
  private final Enforcement enforcement;
  private final InstantSource clock;

  /// The highest id so far. Guarded by this.
  private long lastId;

  /// The rules that may not be stored yet. Guarded by this.
  private final Set<Long> storing = new HashSet<>();

  /// Where revocations outlast the server.
  public interface Store {
    /// Stores and removes rules, all of it or nothing.
    ///
    /// @return completed with whether that is certainly stored, on any thread, never with an
    ///   exception
    CompletionStage<Boolean> change(List<Revocation> stored, List<Revocation> removed);
  }

  /// The connections on which revocations are in force.
  @FunctionalInterface
  public interface Enforcement {
    /// Closes the connections that a rule concerns, which is in force already for those that open
    /// later.
    ///
    /// @return how many, of the nodes that have told in time
    Partial<Integer> enforce(Revocation rule);
  }

  /// What became of a request to revoke.
  public sealed interface Result {
    /// It is in force.
    ///
    /// @param disconnected how many connections it has closed
    /// @param stored completed with whether it is stored as well
    record InForce(Revocation rule, Partial<Integer> disconnected, CompletionStage<Boolean> stored)
        implements Result {}

    /// Another rule was made by a request with this id.
    record Conflict() implements Result {}

    /// There are as many rules as there may be.
    record Full() implements Result {}
  }

  /// @param tokens is changed by this alone
  /// @param stored the rules that are stored
  public Revocations(
      RevokedTokens tokens,
      List<Revocation> stored,
      Store store,
      Enforcement enforcement,
      InstantSource clock) {
    this.tokens = tokens;
    this.store = store;
    this.enforcement = enforcement;
    this.clock = clock;
    for (Revocation rule : stored) {
      tokens.put(rule);
      lastId = Math.max(lastId, rule.id());
    }
  }

  /// All rules in force, oldest first.
  public List<Revocation> all() {
    return tokens.all();
  }

  /// Revokes tokens, and closes the connections that were opened with them.
  ///
  /// @param before tokens issued before are refused; `null` for now. Of no meaning for one token
  /// @param expiry when what is refused has expired anyway; `null` if that is not known
  /// @param request the id of the request, so that its repetition revokes nothing more; `null` for
  ///   none
  public Result revoke(
      Target target, @Nullable Instant before, @Nullable Instant expiry, @Nullable String request) {
    return revoke(target, before, expiry, request, RevokedTokens.MAX);
  }

  /// Revokes the token of a client that ends its session, and closes the connections that were
  /// opened with it.
  ///
  /// @return `null` if the token can't be revoked by its id, which is missing or too long
  public @Nullable Result signOut(Principal client) {
    String token = client.claims().tokenId();
    String issuer = client.claims().issuer();
    return token == null
            || token.length() > Revocation.MAX_NAME
            || (issuer != null && issuer.length() > Revocation.MAX_NAME)
        ? null
        : revoke(
            new OfToken(token, issuer), null, client.expiry(), null, RevokedTokens.MAX_OF_CLIENTS);
  }

  /// @param most how many rules there may be
  private Result revoke(
      Target target,
      @Nullable Instant before,
      @Nullable Instant expiry,
      @Nullable String request,
      int most) {
    Revocation rule;
    CompletionStage<Boolean> stored;
    synchronized (this) {
      Revocation earlier = request == null ? null : madeBy(request);
      if (earlier != null && !earlier.target().equals(target)) {
        return new Result.Conflict();
      }
      if (earlier != null) {
        return new Result.InForce(
            earlier, Partial.whole(0), store.change(List.of(earlier), List.of()));
      }
      Instant now = clock.instant();
      List<Revocation> removed = new ArrayList<>(tokens.expired(now));
      removed.forEach(tokens::remove);
      Revocation replaced = tokens.of(target);
      if (replaced != null) {
        removed.add(replaced);
      } else if (tokens.size() >= most) {
        return new Result.Full();
      }
      rule = rule(target, replaced, before, expiry, request, now);
      tokens.put(rule);
      // Here, so that changes are stored in the order in which they were made.
      storing.add(rule.id());
      stored = store.change(List.of(rule), removed);
    }
    stored.thenAccept(done -> stored(rule));
    return new Result.InForce(rule, enforcement.enforce(rule), stored);
  }

  private synchronized void stored(Revocation rule) {
    storing.remove(rule.id());
  }

  /// Puts in force what is stored now, also by other servers. Blocks.
  ///
  /// @param load reads all that is stored
  /// @return whether anything has changed
  public boolean read(Supplier<List<Revocation>> load) {
    Set<Long> known = new HashSet<>();
    synchronized (this) {
      tokens.all().forEach(rule -> known.add(rule.id()));
      known.removeAll(storing);
    }
    List<Revocation> stored = load.get();
    Set<Long> there = new HashSet<>();
    boolean changed = false;
    synchronized (this) {
      for (Revocation rule : stored) {
        there.add(rule.id());
        Revocation now = tokens.of(rule.target());
        if (now == null || now.id() < rule.id()) {
          tokens.put(rule);
          changed = true;
        }
        lastId = Math.max(lastId, rule.id());
      }
      for (Revocation rule : tokens.all()) {
        if (known.contains(rule.id()) && !there.contains(rule.id())) {
          tokens.remove(rule);
          changed = true;
        }
      }
    }
    return changed;
  }

  /// Undoes a revocation: the tokens are accepted again once that is stored.
  ///
  /// @return completed with whether it is stored; `null` if there is no such rule
  public @Nullable CompletionStage<Boolean> undo(long id) {
    for (Revocation rule : tokens.all()) {
      if (rule.id() == id) {
        return store
            .change(List.of(), List.of(rule))
            .thenApply(done -> {
              if (done) {
                tokens.remove(rule);
              }
              return done;
            });
      }
    }
    return null;
  }

  /// A rule never lets tokens pass that the one before it refused.
  private Revocation rule(
      Target target,
      @Nullable Revocation replaced,
      @Nullable Instant before,
      @Nullable Instant expiry,
      @Nullable String request,
      Instant now) {
    lastId = Math.max(lastId + 1, now.toEpochMilli());
    Instant from =
        switch (target) {
          case OfToken _ -> null;
          case OfClient _, OfAll _ ->
              before == null || before.isAfter(now) ? nextSecond(now) : wholeSecond(before);
        };
    Instant until = expiry;
    if (replaced != null) {
      Instant earlierFrom = replaced.tokensFrom();
      if (from != null && earlierFrom != null && earlierFrom.isAfter(from)) {
        from = earlierFrom;
      }
      Instant earlierUntil = replaced.expiry();
      if (until != null && (earlierUntil == null || earlierUntil.isAfter(until))) {
        until = earlierUntil;
      }
    }
    return new Revocation(lastId, target, from, until, request);
  }

  private static Instant nextSecond(Instant now) {
    return Instant.ofEpochSecond(now.getEpochSecond() + 1);
  }

  private static Instant wholeSecond(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).equals(time) ? time : nextSecond(time);
  }

  private @Nullable Revocation madeBy(String request) {
    for (Revocation rule : tokens.all()) {
      if (request.equals(rule.request())) {
        return rule;
      }
    }
    return null;
  }
}
