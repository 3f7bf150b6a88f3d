package dev.tertulia.server.cluster;

import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/// What this node has asked others and not been answered yet. Safe for any thread; never blocks.
///
/// A question is over when all nodes have answered that were there when it was asked, or after
/// [Partial#PATIENCE].
final class Questions {
  /// What has been answered.
  ///
  /// @param received what nodes have answered, in the order in which it came
  /// @param missing the nodes that have not answered, ordered by name
  record Answers(List<RelayMessage> received, List<NodeName> missing) {
    Answers {
      received = List.copyOf(received);
      missing = List.copyOf(missing);
    }
  }

  private static final class Question {
    private final Set<NodeName> waiting;
    private final long deadline;
    private final List<RelayMessage> received = new ArrayList<>(0);
    private final CompletableFuture<Answers> done = new CompletableFuture<>();

    Question(Set<NodeName> waiting, long deadline) {
      this.waiting = waiting;
      this.deadline = deadline;
    }

    void end() {
      done.complete(
          new Answers(
              received, waiting.stream().sorted(Comparator.comparing(NodeName::value)).toList()));
    }
  }

  private final LongSupplier nanoTime;

  /// Guarded by `this`, as is the next.
  private final Map<Long, Question> open = new HashMap<>();

  private long last;

  Questions(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    last = nanoTime.getAsLong();
  }

  /// Asks `nodes`.
  ///
  /// @param message the message, by the number of the question
  CompletableFuture<Answers> ask(
      Relay relay, Collection<NodeName> nodes, LongFunction<RelayMessage> message) {
    Question question =
        new Question(new HashSet<>(nodes), nanoTime.getAsLong() + Partial.PATIENCE.toNanos());
    if (question.waiting.isEmpty()) {
      question.end();
      return question.done;
    }
    long number;
    synchronized (this) {
      number = ++last;
      open.put(number, question);
    }
    if (relay.send(message.apply(number)) == Relay.Sent.DROPPED) {
      synchronized (this) {
        open.remove(number);
      }
      question.end();
    }
    return question.done;
  }

  /// A node has answered.
  void answered(long number, RelayMessage answer) {
    Question question;
    synchronized (this) {
      question = open.get(number);
      if (question == null || !question.waiting.remove(answer.origin().node())) {
        return;
      }
      question.received.add(answer);
      if (!question.waiting.isEmpty()) {
        return;
      }
      open.remove(number);
    }
    question.end();
  }

  /// Ends those that have waited for too long.
  void look() {
    List<Question> over = new ArrayList<>(0);
    synchronized (this) {
      long now = nanoTime.getAsLong();
      open.values().removeIf(question -> now - question.deadline >= 0 && over.add(question));
    }
    over.forEach(Question::end);
  }
}
