package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A crowd whose server is drained and started again, as by a service manager: three in five
/// clients speak the full protocol, one the base protocol, and one reads a stream. Each comes back
/// as it is told, or after a second or two of its own. Meanwhile programs publish over HTTP, and
/// newcomers knock.
@Tag("system")
final class DrainedCrowdTest {
  private static final Pattern DRAINING = Pattern.compile("draining ([0-9]+)");
  private static final Pattern RETRY = Pattern.compile("retry: ([0-9]+)\\Revent: close");

  @TempDir private Path folder;

  private final Queue<Long> told = new ConcurrentLinkedQueue<>();
  private final Queue<Long> untold = new ConcurrentLinkedQueue<>();
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private final Queue<RawSocket> open = new ConcurrentLinkedQueue<>();
  private final Semaphore connecting = new Semaphore(100);
  private volatile boolean over;

  @Test
  void hundredsComeBackEvenly() throws Exception {
    crowd(300, Duration.ofMillis(500), Duration.ofSeconds(5));
  }

  @Test
  @Tag("long")
  void fiveThousandComeBackEvenly() throws Exception {
    crowd(5_000, Duration.ofSeconds(5), Duration.ofSeconds(20));
  }

  private void crowd(int count, Duration grace, Duration period) throws Exception {
    int port = TestServer.freePort();
    Map<String, String> settings =
        Map.of(
            "TERTULIA_LIMITS_CONNECTIONS", "8000",
            "TERTULIA_DRAIN_GRACE", grace.toMillis() + "ms",
            "TERTULIA_DRAIN_PERIOD", period.toMillis() + "ms");
    Path data = folder.resolve("data");
    List<Thread> threads = new ArrayList<>();
    List<Thread> publishers = new ArrayList<>();
    try (ServerUnderTest first = ServerUnderTest.startOn(port, data, settings)) {
      CountDownLatch connected = new CountDownLatch(count);
      for (int i = 0; i < count; i++) {
        int number = i;
        threads.add(Thread.startVirtualThread(() -> live(number, port, connected)));
      }
      assertThat(connected.await(4 * TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("all are connected: %s", problems)
          .isTrue();
      for (int i = 0; i < 4; i++) {
        int number = i;
        publishers.add(Thread.startVirtualThread(() -> publish(number, port)));
      }
      AtomicInteger knocks = new AtomicInteger();
      Thread knocking = Thread.startVirtualThread(() -> knock(first, port, knocks));
      await().atMost(TestServer.PATIENCE).until(() -> acknowledged.size() > 20);
      long began = System.nanoTime();
      first.askToEnd();
      first.awaitEnd(grace.plus(period).plus(TestServer.PATIENCE));
      long ended = System.nanoTime();
      knocking.join();
      assertThat(first.exitCode()).as("%s", first.lines()).isZero();
      assertThat(problems).isEmpty();
      assertThat(knocks.get()).as("newcomers during the drain").isPositive();
      try (ServerUnderTest _ = ServerUnderTest.startOn(port, data, settings)) {
        await()
            .atMost(period.multipliedBy(2).plus(TestServer.PATIENCE.multipliedBy(2)))
            .untilAsserted(() -> assertThat(connections(port)).isEqualTo(count));
        over = true;
        // What one of them still sends may be acknowledged after it was looked for.
        for (Thread publisher : publishers) {
          publisher.join();
        }
        assertThat(problems).isEmpty();
        assertThat(stored(port)).as("what was acknowledged").containsAll(acknowledged);
        report(count, began, ended, knocks.get());
        assertEven(told);
        assertThat(told.stream().mapToLong(at -> at).min().orElseThrow())
            .as("nobody is told to come back before the end")
            .isGreaterThan(ended);
        open.forEach(RawSocket::close);
      }
    } finally {
      over = true;
      open.forEach(RawSocket::close);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /// No second has more than twice the mean.
  private static void assertEven(Queue<Long> times) {
    NavigableMap<Long, Integer> bySecond = bySecond(times);
    double mean = (double) times.size() / (bySecond.lastKey() + 1);
    assertThat(bySecond.values())
        .as("arrivals in each second, of %s on average: %s", mean, bySecond)
        .allMatch(arrivals -> arrivals <= 2 * mean);
  }

  private static NavigableMap<Long, Integer> bySecond(Queue<Long> times) {
    long first = times.stream().mapToLong(at -> at).min().orElseThrow();
    NavigableMap<Long, Integer> bySecond = new TreeMap<>();
    times.forEach(
        at -> bySecond.merge(TimeUnit.NANOSECONDS.toSeconds(at - first), 1, Integer::sum));
    return bySecond;
  }

  private void report(int count, long began, long ended, int knocks) {
    System.out.printf(
        "Drained %s clients in %.1f s; %s newcomers answered; %s messages acknowledged;"
            + " came back per second, of those told a wait: %s; of the others: %s%n",
        count,
        (ended - began) / 1e9,
        knocks,
        acknowledged.size(),
        bySecond(told).values(),
        bySecond(untold).values());
  }

  /// A client: connects, waits for the end, comes back once, and stays.
  private void live(int number, int port, CountDownLatch connected) {
    try {
      long wait;
      RawSocket socket = connect(number, port);
      connected.countDown();
      try (socket) {
        wait = untilClosed(number, socket);
      }
      boolean isTold = wait >= 0;
      // A client of the base protocol waits for a second or two.
      pause(isTold ? wait : 1_000 + new Random(number).nextInt(1_000));
      (isTold ? told : untold).add(System.nanoTime());
      while (!over) {
        try {
          RawSocket again = connect(number, port);
          if (isServed(number, again)) {
            open.add(again);
            return;
          }
          again.close();
        } catch (UncheckedIOException | AssertionError notYet) {
          // The next server has not started, or this one turns newcomers away.
        }
        pause(500 + new Random(number).nextInt(1_000));
      }
    } catch (RuntimeException | AssertionError e) {
      if (!over) {
        problems.add("client " + number + ": " + e);
      }
    }
  }

  private static boolean isBase(int number) {
    return number % 5 == 0;
  }

  private static boolean isStream(int number) {
    return number % 5 == 1;
  }

  private RawSocket connect(int number, int port) {
    connecting.acquireUninterruptibly();
    try {
      RawSocket socket = RawSocket.open(port);
      try {
        if (isStream(number)) {
          socket.send(
              "GET /api/v1/stream?client=c%s&rooms=lobby HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                  .formatted(number));
          assertThat(socket.head()).startsWith("HTTP/1.1 200");
        } else {
          socket.send(RawSocket.handshake("c" + number + (isBase(number) ? "" : "?v=1"), port));
          assertThat(socket.head()).startsWith("HTTP/1.1 101");
          if (!isBase(number)) {
            socket.sendText("{\"type\":\"hello\",\"ref\":\"h\"}");
          }
        }
        return socket;
      } catch (RuntimeException | AssertionError e) {
        socket.close();
        throw e;
      }
    } finally {
      connecting.release();
    }
  }

  /// Whether a client that is back is not turned away.
  private static boolean isServed(int number, RawSocket socket) {
    if (isStream(number)) {
      // A `retry`, and then the first event, which is `welcome` unless it is turned away.
      return socket.text(120).contains("welcome");
    }
    if (isBase(number)) {
      socket.sendFrame(0x89, new byte[0]);
    }
    return socket.read().opcode() != 8;
  }

  /// Reads until the server closes.
  ///
  /// @return how long it says to wait, in milliseconds; -1 if it does not say
  private static long untilClosed(int number, RawSocket socket) {
    if (isStream(number)) {
      Matcher retry = RETRY.matcher(socket.untilEnd());
      assertThat(retry.find()).as("a wait at the end of a stream").isTrue();
      return Long.parseLong(retry.group(1));
    }
    RawSocket.Frame close = socket.read();
    while (close.opcode() != 8) {
      if (close.opcode() == 9) {
        socket.sendFrame(0x8a, close.payload());
      }
      close = socket.read();
    }
    socket.sendFrame(0x88, close.payload());
    if (isBase(number)) {
      assertThat(close.closeCode()).isEqualTo(1001);
      return -1;
    }
    Matcher wait = DRAINING.matcher(close.closeText());
    assertThat(wait.matches()).as(close.closeText()).isTrue();
    return Long.parseLong(wait.group(1));
  }

  private static void pause(long millis) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() - until < 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  /// Publishes one message after the other, and notes which were acknowledged.
  private void publish(int number, int port) {
    HttpClient http = HttpClient.newHttpClient();
    for (int i = 0; !over; i++) {
      String text = "p" + number + "-" + i;
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%s/api/v1/rooms/plaza/messages".formatted(port)))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"client\":\"backend\",\"sender\":\"Backend\",\"message\":\"%s\"}"
                          .formatted(text)))
              .build();
      try {
        if (http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() / 100 == 2) {
          acknowledged.add(text);
        }
      } catch (IOException gone) {
        pause(50);
      } catch (InterruptedException e) {
        return;
      }
      pause(20);
    }
  }

  /// Connects again and again as a newcomer, until the process has ended.
  private void knock(ServerUnderTest server, int port, AtomicInteger knocks) {
    while (server.isAlive()) {
      try (RawSocket socket = RawSocket.open(port)) {
        socket.send("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        if (socket.untilEnd().startsWith("HTTP/1.1 200")) {
          knocks.incrementAndGet();
        }
      } catch (UncheckedIOException e) {
        // From the moment at which the port is closed, the process has little to do any more.
        if (e.getCause() instanceof ConnectException
            && server.lines().stream().noneMatch(line -> line.contains("Drained"))) {
          problems.add("a newcomer is refused during the drain");
        }
      }
      pause(20);
    }
  }

  private static int connections(int port) throws Exception {
    return (int) get(port, "/api/v1/connections?limit=1").number("total_connections");
  }

  private static Set<String> stored(int port) throws Exception {
    Set<String> texts = new HashSet<>();
    String before = "";
    while (true) {
      Json page = get(port, "/api/v1/rooms/plaza/messages?limit=100" + before);
      List<Json> messages = page.objects("messages");
      messages.forEach(message -> texts.add(message.text("message")));
      if (messages.isEmpty() || !page.truth("more")) {
        return texts;
      }
      before = "&before=" + messages.getFirst().number("offset");
    }
  }

  private static Json get(int port, String path) throws Exception {
    return Json.parse(
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }
}
