package dev.tertulia.client.load;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Short runs, for tests: a plan that is changed where a test needs it otherwise.
final class Runs {
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Target> targets;
  private Crowd crowd = new Crowd(20, 0, 0, PATIENCE, 1);
  private Pace pace = new Pace(5, 200, 0, Duration.ZERO, SHORT, SHORT, PATIENCE);
  private Dialogue dialogue =
      new Dialogue(List.of(), "", List.of(), Template.ofMessage("#:@"), 0, Expect.ALL);
  private LoadProgress progress = _ -> {};

  private Runs(List<Target> targets) {
    this.targets = targets;
  }

  static Runs to(String... urls) {
    return new Runs(Stream.of(urls).map(url -> Target.of(url, List.of())).toList());
  }

  Runs crowd(int connections, int slowReaders, int threads) {
    crowd = new Crowd(connections, slowReaders, crowd.rate(), crowd.timeout(), threads);
    return this;
  }

  Runs connecting(double rate, Duration timeout) {
    crowd = new Crowd(crowd.connections(), crowd.slowReaders(), rate, timeout, crowd.threads());
    return this;
  }

  Runs sending(int senders, double rate, int window) {
    pace = new Pace(senders, rate, window, pace.settle(), pace.warmUp(), pace.time(), pace.drain());
    return this;
  }

  Runs times(Duration warmUp, Duration time, Duration drain) {
    pace = new Pace(pace.senders(), pace.rate(), pace.window(), pace.settle(), warmUp, time, drain);
    return this;
  }

  Runs saying(String message, int pad, Expect expect) {
    dialogue =
        new Dialogue(
            dialogue.hello(),
            dialogue.ready(),
            dialogue.answers(),
            Template.ofMessage(message),
            pad,
            expect);
    return this;
  }

  Runs greeting(List<String> hello, String ready, List<String> answers) {
    dialogue =
        new Dialogue(
            hello.stream().map(Template::of).toList(),
            ready,
            answers.stream().map(Dialogue.Answer::of).toList(),
            dialogue.message(),
            dialogue.pad(),
            dialogue.expect());
    return this;
  }

  Runs watchedBy(LoadProgress watcher) {
    progress = watcher;
    return this;
  }

  LoadReport run() throws InterruptedException {
    return new LoadRun(new LoadPlan(targets, crowd, dialogue, pace, List.of()), progress).run();
  }
}
