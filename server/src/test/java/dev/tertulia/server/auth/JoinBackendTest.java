package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.auth.JoinServer.Response;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the backend of an operator decides, and for how long.
final class JoinBackendTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Instant NOW = Instant.ofEpochSecond(1_795_946_400);
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final RoomName LOBBY = new RoomName("lobby");
  private static final RoomName OTHER = new RoomName("other");

  private JoinServer server;
  private JoinBackend backend;

  /// `client room`.
  private final Set<String> present = ConcurrentHashMap.newKeySet();

  private final class Attendance implements JoinBackend.Attendance {
    @Override
    public boolean isIn(RoomName room, ClientId client) {
      return present.contains(client.value() + " " + room.value());
    }

    @Override
    public void expel(ClientId client, RoomName room) {
      present.remove(client.value() + " " + room.value());
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new JoinServer();
    backend = backend(Duration.ofSeconds(20), 1_000);
  }

  @AfterEach
  void stop() {
    backend.close();
    server.close();
  }

  private JoinBackend backend(Duration timeout, int maxKnown) {
    return new JoinBackend(
        new JoinEndpoint(server.url(), SECRET, timeout, () -> NOW),
        new Attendance(),
        Language.EN,
        maxKnown);
  }

  private static Principal token(String client, @Nullable String name, String... groups) {
    return new Principal(
        new ClientId(client),
        Principal.Kind.TOKEN,
        new Principal.Claims(name, null, Set.of(groups), "https://id", null, null),
        null);
  }

  private static Decision.Decided settled(Decision decision) {
    return switch (decision) {
      case Decision.Decided decided -> decided;
      case Decision.Pending pending ->
          pending.decision().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    };
  }

  private Decision check(String client, Action.InRoom action, RoomName room) {
    return backend.check(token(client, null), action, room);
  }

  private boolean allows(String client, Action.InRoom action, RoomName room) {
    return settled(check(client, action, room)).isAllowed();
  }

  private static void assertRefused(Decision.Decided decided, ErrorCode code) {
    assertThat(decided).isInstanceOf(Decision.Refused.class);
    assertThat(((Decision.Refused) decided).refusal().code()).isEqualTo(code);
  }

  @Test
  void theBackendIsToldWhoWantsWhat() {
    server.say("{\"allow\":true,\"for\":60}");

    settled(backend.check(token("ana", "Ana \"A\"", "b", "a"), Action.InRoom.SEND, LOBBY));

    assertThat(server.asked)
        .singleElement()
        .satisfies(asked -> {
          assertThat(asked.path()).isEqualTo("/may");
          assertThat(asked.body())
              .isEqualTo(
                  "{\"client\":\"ana\",\"room\":\"lobby\",\"action\":\"send\","
                      + "\"name\":\"Ana \\\"A\\\"\",\"issuer\":\"https://id\","
                      + "\"groups\":[\"a\",\"b\"]}");
        });
  }

  /// As a backend would verify it.
  @Test
  void requestsAreSignedWithTheTimeAndTheBody() throws GeneralSecurityException {
    settled(check("ana", Action.InRoom.JOIN, LOBBY));

    JoinServer.Asked asked = server.asked.getFirst();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
    String signed = NOW.getEpochSecond() + "." + asked.body();
    String hex = HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    assertThat(asked.signature()).isEqualTo("t=" + NOW.getEpochSecond() + ",v1=" + hex);
  }

  @Test
  void eachClientRoomAndActionIsAskedOnce() {
    server.answer(asked ->
        new Response(
            200, "{\"allow\":%s,\"for\":60}".formatted(asked.body().contains("\"join\""))));

    for (int i = 0; i < 3; i++) {
      assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isTrue();
      assertThat(allows("ana", Action.InRoom.READ, LOBBY)).isTrue();
      assertThat(allows("ana", Action.InRoom.SEND, LOBBY)).isFalse();
      assertThat(allows("ana", Action.InRoom.MODERATE, LOBBY)).isFalse();
      assertThat(allows("ana", Action.InRoom.AMEND, LOBBY)).isFalse();
      assertThat(allows("ana", Action.InRoom.JOIN, OTHER)).isTrue();
      assertThat(allows("bea", Action.InRoom.JOIN, LOBBY)).isTrue();
    }

    assertThat(server.asked).hasSize(5);
    assertThat(check("ana", Action.InRoom.JOIN, LOBBY)).isInstanceOf(Decision.Allowed.class);
  }

  /// A token with fewer groups doesn't live on the answer to one with more.
  @Test
  void whatTheTokenSaysIsPartOfTheQuestion() {
    server.answer(asked ->
        new Response(
            200, "{\"allow\":%s,\"for\":60}".formatted(asked.body().contains("\"staff\""))));

    assertThat(
            settled(backend.check(token("ana", null, "staff"), Action.InRoom.JOIN, LOBBY))
                .isAllowed())
        .isTrue();
    assertThat(settled(backend.check(token("ana", null), Action.InRoom.JOIN, LOBBY)).isAllowed())
        .isFalse();
  }

  @Test
  void amendingNeedsTheRightToSendOrToModerate() {
    server.answer(asked ->
        new Response(
            200, "{\"allow\":%s,\"for\":60}".formatted(asked.body().contains("moderate"))));

    assertThat(allows("ana", Action.InRoom.AMEND, LOBBY)).isTrue();
    assertThat(allows("ana", Action.InRoom.SEND, LOBBY)).isFalse();
  }

  @Test
  void equalQuestionsAtATimeAreAskedOnce() {
    CountDownLatch released = new CountDownLatch(1);
    server.answer(asked -> {
      released.await();
      return new Response(200, "{\"allow\":true}");
    });
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      decisions.add(check("ana", Action.InRoom.JOIN, LOBBY));
    }
    released.countDown();

    assertThat(decisions).allMatch(decision -> settled(decision).isAllowed());
    assertThat(server.asked).hasSize(1);
  }

  static Stream<Response> noAnswers() {
    return Stream.of(
        new Response(500, "{\"allow\":true}"),
        new Response(201, "{\"allow\":true}"),
        new Response(302, "{\"allow\":true}"),
        new Response(204, ""),
        new Response(200, ""),
        new Response(200, "true"),
        new Response(200, "[{\"allow\":true}]"),
        new Response(200, "{\"allow\":\"true\"}"),
        new Response(200, "{\"allow\":1}"),
        new Response(200, "{\"allow\":null}"),
        new Response(200, "{\"allow\":false,\"allow\":true}"),
        new Response(200, "{\"allow\":true,\"for\":\"60\"}"),
        new Response(200, "{\"allow\":true,\"for\":-1}"),
        new Response(200, "{\"allow\":true} {}"),
        new Response(200, "{\"allow\":true,\"x\":\"" + "x".repeat(JoinEndpoint.MAX_BYTES) + "\"}"));
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void whatIsNoAnswerIsARefusalForTheMoment(Response response) {
    server.answer(asked -> response);

    assertRefused(settled(check("ana", Action.InRoom.JOIN, LOBBY)), ErrorCode.UNAVAILABLE);
    assertThat(server.asked).extracting(JoinServer.Asked::path).containsExactly("/may");
    // It is not asked for each message.
    assertThat(check("ana", Action.InRoom.JOIN, LOBBY)).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void aBackendThatIsBackIsAskedAgain() {
    server.say("");
    assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isFalse();

    server.say("{\"allow\":true}");
    await().atMost(PATIENCE).until(() -> allows("ana", Action.InRoom.JOIN, LOBBY));
  }

  @Test
  void aBackendThatHangsIsARefusalForTheMoment() {
    backend.close();
    backend = backend(Duration.ofMillis(100), 10);
    server.answer(asked -> server.hang());

    assertRefused(settled(check("ana", Action.InRoom.JOIN, LOBBY)), ErrorCode.UNAVAILABLE);
  }

  @Test
  void questionsBeyondTheQueueAreRefused() {
    server.answer(asked -> server.hang());
    int most = JoinBackend.MAX_AT_ONCE + JoinBackend.MAX_WAITING;
    for (int i = 0; i < most; i++) {
      assertThat(check("c" + i, Action.InRoom.SEND, LOBBY)).isInstanceOf(Decision.Pending.class);
    }

    assertRefused(settled(check("last", Action.InRoom.SEND, LOBBY)), ErrorCode.UNAVAILABLE);
  }

  @Test
  void anAnswerHoldsAsLongAsTheBackendSays() {
    server.say("{\"allow\":false,\"for\":1}");
    assertThat(allows("ana", Action.InRoom.SEND, LOBBY)).isFalse();

    server.say("{\"allow\":true,\"for\":3600}");
    await().atMost(PATIENCE).until(() -> allows("ana", Action.InRoom.SEND, LOBBY));
    server.say("{\"allow\":false}");
    assertThat(check("ana", Action.InRoom.SEND, LOBBY)).isInstanceOf(Decision.Allowed.class);
  }

  /// The one that is there is asked about again and again without a request of it.
  @Test
  void aClientStaysAsLongAsTheBackendSaysYes() {
    server.say("{\"allow\":true,\"for\":1}");
    assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isTrue();
    present.add("ana lobby");

    await().atMost(PATIENCE).until(() -> server.asked.size() >= 4);
    assertThat(present).containsExactly("ana lobby");

    server.say("{\"allow\":false,\"for\":60}");
    await().atMost(PATIENCE).until(present::isEmpty);
    assertThat(check("ana", Action.InRoom.JOIN, LOBBY)).isInstanceOf(Decision.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "hang"})
  void aClientLeavesWhenThereIsNoNewAnswerInTime(String body) {
    backend.close();
    backend = backend(Duration.ofMillis(300), 10);
    server.say("{\"allow\":true,\"for\":1}");
    assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isTrue();
    present.add("ana lobby");
    server.answer(asked -> body.equals("hang") ? server.hang() : new Response(200, body));

    await().atMost(PATIENCE).until(present::isEmpty);
  }

  /// It may come from another request, such as one over HTTP.
  @Test
  void aNoActsWhereverItComesFrom() {
    server.say("{\"allow\":true,\"for\":1}");
    assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isTrue();
    server.answer(asked -> server.hang());
    present.add("ana lobby");
    server.say("{\"allow\":false}");
    await()
        .atMost(PATIENCE)
        .until(() -> !allows("ana", Action.InRoom.READ, LOBBY) && present.isEmpty());
  }

  @Test
  void nobodyAsksAboutClientsThatAreGone() {
    server.say("{\"allow\":true,\"for\":1}");
    assertThat(allows("ana", Action.InRoom.JOIN, LOBBY)).isTrue();
    assertThat(allows("bea", Action.InRoom.JOIN, LOBBY)).isTrue();
    present.add("bea lobby");

    await().atMost(PATIENCE).until(() -> server.asked("\"bea\"") >= 3);
    assertThat(server.asked("\"ana\"")).isEqualTo(1);
  }

  @Test
  void theNumberOfAnswersIsBounded() {
    backend.close();
    backend = backend(Duration.ofSeconds(20), 10);
    server.say("{\"allow\":true,\"for\":60}");
    for (int i = 0; i < 50; i++) {
      assertThat(allows("c" + i, Action.InRoom.SEND, LOBBY)).isTrue();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(allows("j" + i, Action.InRoom.JOIN, LOBBY)).isTrue();
    }
    // Those that may have joined are remembered, so that a yes ends.
    assertRefused(settled(check("j10", Action.InRoom.JOIN, LOBBY)), ErrorCode.UNAVAILABLE);
    assertThat(check("j0", Action.InRoom.JOIN, LOBBY)).isInstanceOf(Decision.Allowed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/may",
        "http://127.0.0.1.example.com/may",
        "http://10.0.0.1/may",
        "http://2130706433.example/may",
        "https://user:secret@example.com/may",
        "ftp://localhost/may",
        "/may",
        "https:///may"
      })
  void questionsGoToThisMachineOrOverTls(String url) {
    assertThatThrownBy(() -> new JoinEndpoint(URI.create(url), SECRET, PATIENCE, () -> NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("auth.join_url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com/may",
        "http://localhost:1/",
        "http://127.8.9.1",
        "http://[::1]:3000"
      })
  void theseAddressesAreGood(String url) {
    new JoinEndpoint(URI.create(url), SECRET, PATIENCE, () -> NOW).close();
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatThrownBy(() -> new JoinEndpoint(server.url(), new byte[31], PATIENCE, () -> NOW))
        .hasMessageContaining("auth.join_secret")
        .hasMessageContaining("32");
  }
}
