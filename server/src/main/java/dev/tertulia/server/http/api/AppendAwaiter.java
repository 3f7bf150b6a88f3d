package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Response;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Appends drafts to the journal and waits for their outcomes.
final class AppendAwaiter {
  /// The maximum time to wait. After it the outcome is unknown: the database is still resolving a
  /// failed commit.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Language language;
  private final Duration patience;

  AppendAwaiter(Language language) {
    this(language, PATIENCE);
  }

  /// @param patience the maximum time to wait for everything given to one call
  AppendAwaiter(Language language, Duration patience) {
    this.language = language;
    this.patience = patience;
  }

  /// The result of an append.
  ///
  /// @param outcome `null` if it was refused
  /// @param refusal `null` if it was not
  /// @param retryAfter when a limit may allow it; `null` if there is none, or that is not known
  record Settled(
      @Nullable Outcome outcome, @Nullable Refusal refusal, @Nullable Duration retryAfter) {
    private static Settled refused(Refusal refusal) {
      return new Settled(null, refusal, null);
    }

    /// The response to the request if it was refused.
    Response problem() {
      return told(Response.problem(Objects.requireNonNull(refusal)));
    }

    /// A response to the refused request that says when to repeat it, if that is known.
    Response told(Response response) {
      return retryAfter == null ? response : response.retriedAfter(retryAfter);
    }
  }

  /// Appends a draft and waits for the outcome.
  ///
  /// @param append passes the draft and the given receipt to the journal
  Settled await(Function<Receipt, Appended> append) {
    return awaitAll(List.of(append), Function::apply).getFirst();
  }

  /// Appends a draft for each element of `all`, then waits for all outcomes together.
  ///
  /// @param append passes a draft and the given receipt to the journal
  <T> List<Settled> awaitAll(List<T> all, BiFunction<T, Receipt, Appended> append) {
    List<CompletableFuture<Outcome>> outcomes =
        all.stream()
            .map(each -> {
              CompletableFuture<Outcome> outcome = new CompletableFuture<>();
              if (append.apply(each, outcome::complete) != Appended.QUEUED) {
                outcome.complete(new Outcome.Refused(ErrorCode.UNAVAILABLE));
              }
              return outcome;
            })
            .toList();
    long deadline = System.nanoTime() + patience.toNanos();
    return outcomes.stream().map(outcome -> settled(outcome, deadline)).toList();
  }

  private Settled settled(CompletableFuture<Outcome> outcome, long deadline) {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      Outcome settled = outcome.get(left, TimeUnit.NANOSECONDS);
      if (settled instanceof Outcome.Unconfirmed unconfirmed) {
        return Settled.refused(unconfirmed.in(language));
      }
      return settled instanceof Outcome.Refused refused
          ? new Settled(null, refused.in(language), refused.retryAfter())
          : new Settled(settled, null, null);
    } catch (TimeoutException e) {
      return Settled.refused(
          new Refusal(ErrorCode.INTERNAL, ApiMessages.of(language).unknownOutcome()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Settled.refused(Refusal.of(ErrorCode.INTERNAL, language));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
