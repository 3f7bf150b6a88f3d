package dev.tertulia.server.auth.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.AuthMessages;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Authentication.Cause;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import java.lang.Thread.State;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which API keys are accepted, and which are not or no longer; without sockets and a database.
final class ApiKeysTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final Peer LOOPBACK = address("127.0.0.1");
  private static final Peer REMOTE = address("192.0.2.1");
  private static final String CONFIGURED = "a-secret-of-a-backend-with-32-bytes-or-more";

  private static final Authentication UNKNOWN = refused(AuthMessages.of(Language.EN).unknownKey());
  private static final Authentication EXPIRED = refused(AuthMessages.of(Language.EN).expiredKey());

  /// After the last one that is looked at.
  private static final Authentication TOO_MANY =
      new Authentication.Refused(
          Cause.RATE_LIMITED,
          "Too many wrong keys of the API came from this address. Try again in 3 s.",
          KeyFailures.EACH);

  private final Store store = new Store();
  private int ended;
  private Instant now = NOW;
  private long nanos = Long.MAX_VALUE - 1_000;

  private static Peer address(String text) {
    try {
      return Peer.at(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Keeps keys in memory, and can be full.
  private static final class Store implements ApiKeyStore {
    final Map<String, ApiKey> keys = new ConcurrentHashMap<>();
    boolean full;
    int notes;
    Runnable beforeNote = () -> {};

    @Override
    public List<ApiKey> load() {
      return List.copyOf(keys.values());
    }

    @Override
    public void put(ApiKey key) {
      require();
      keys.put(key.id(), key);
    }

    @Override
    public void remove(ApiKey key) {
      require();
      keys.remove(key.id());
    }

    @Override
    public void noteUses(List<ApiKey> used) {
      notes++;
      beforeNote.run();
      used.forEach(key -> keys.put(key.id(), key));
    }

    private void require() {
      if (full) {
        throw new IllegalStateException("full");
      }
    }
  }

  private static KeyScopes scopes(Scope... scopes) {
    return new KeyScopes(Set.of(scopes), KeyScopes.ALL_ROOMS);
  }

  private ApiKeys keys() {
    return new ApiKeys(store, Language.EN, () -> now, () -> nanos, () -> ended++);
  }

  private static ApiKey.Made made(String name, @Nullable Instant expiry) {
    return ApiKey.make(name, scopes(Scope.SEND), NOW, expiry);
  }

  private static ApiKey configured(String name, String text) {
    return ApiKey.configured(name, text, scopes(Scope.READ), NOW);
  }

  private static String added(ApiKeys keys, String name) {
    ApiKey.Made made = made(name, null);
    assertThat(keys.add(made.key())).isNull();
    return made.text();
  }

  private static Authentication check(ApiKeys keys, String text, Peer from) {
    return keys.check(new Credentials.Key(text), from);
  }

  private static Authentication refused(String message) {
    return new Authentication.Refused(Cause.INVALID, message, null);
  }

  private static Principal.@Nullable KeyName granted(Authentication check) {
    return check instanceof Authentication.Accepted accepted ? accepted.principal().key() : null;
  }

  private static String nameOf(Authentication check) {
    return Objects.requireNonNull(granted(check)).name();
  }

  @Test
  void aKeyThatWasMadeIsAcceptedWithWhatItMayDo() {
    ApiKeys keys = keys();
    Instant expiry = NOW.plusSeconds(60);
    KeyScopes scopes =
        new KeyScopes(Set.of(Scope.SEND, Scope.NOTIFY), List.of(new NamePattern("team_*")));
    ApiKey.Made made = ApiKey.make("deploy", scopes, NOW, expiry);
    keys.add(made.key());
    Authentication check = check(keys, made.text(), REMOTE);
    assertThat(check).isInstanceOf(Authentication.Accepted.class);
    Principal principal = ((Authentication.Accepted) check).principal();
    assertThat(principal.client()).isEqualTo(ClientId.API);
    assertThat(principal.kind()).isEqualTo(Principal.Kind.KEY);
    assertThat(principal.expiry()).isEqualTo(expiry);
    assertThat(principal.scopes()).isEqualTo(scopes);
    assertThat(granted(check)).isEqualTo(new Principal.KeyName(made.key().id(), "deploy"));
    assertThat(principal.as(new ClientId("ana")).key()).isEqualTo(granted(check));
  }

  @Test
  void nothingShowsTheTextOrTheHash() {
    ApiKeys keys = keys();
    ApiKey.Made made = made("deploy", null);
    keys.add(made.key());
    String all =
        made + " " + made.key() + " " + keys.list() + " " + check(keys, made.text(), REMOTE);
    String secret = made.text().substring(14);
    assertThat(all).contains("deploy").doesNotContain(secret).doesNotContain(made.text());
  }

  @Test
  void aKeyWithOneOtherCharacterIsRefused() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'a' ? 'b' : 'a';
      String altered = text.substring(0, i) + other + text.substring(i + 1);
      assertThat(KeyText.idOf(altered)).as("the typo at %s", i).isNull();
      assertThat(check(keys, altered, LOOPBACK)).isNotInstanceOf(Authentication.Accepted.class);
    }
    for (String altered : List.of("", text + "=", " " + text, text.substring(1), text + "\n")) {
      assertThat(check(keys, altered, LOOPBACK)).isNotInstanceOf(Authentication.Accepted.class);
    }
    assertThat(granted(check(keys, text, LOOPBACK))).isNotNull();
  }

  /// The checksum is not what protects the key.
  @Test
  void aWellFormedKeyWithTheIdOfAnotherIsRefused() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    String end = made("other", null).text().substring(13, 57);
    String forged = text.substring(0, 13) + end;
    forged += KeyText.checksum(forged);
    assertThat(KeyText.idOf(forged)).isEqualTo(KeyText.idOf(text));
    assertThat(check(keys, forged, REMOTE)).isEqualTo(UNKNOWN);
    assertThat(granted(check(keys, text, REMOTE))).isNotNull();
  }

  @Test
  void typosAreRecognisedWithoutAServer() {
    String text = made("deploy", null).text();
    assertThat(text).matches("tk_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}");
    assertThat(KeyText.isMistyped(text)).isFalse();
    assertThat(KeyText.isMistyped(text.substring(0, text.length() - 1))).isTrue();
    assertThat(KeyText.isMistyped(text.toLowerCase(java.util.Locale.ROOT))).isTrue();
    assertThat(KeyText.isMistyped(CONFIGURED)).isFalse();
  }

  @Test
  void aMistypedKeyIsToldSo() {
    String text = added(keys(), "deploy");
    assertThat(check(keys(), text.substring(1 + text.length() / 2), REMOTE)).isEqualTo(UNKNOWN);
    assertThat(check(keys(), text.substring(0, text.length() - 1), REMOTE))
        .isEqualTo(refused(AuthMessages.of(Language.EN).mistypedKey()));
  }

  @Test
  void configuredKeysStandBesideStoredOnes() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    String other = "another-secret-that-is-long-enough-for-a-key";
    keys.configure(List.of(configured("backend", CONFIGURED), configured("cron", other)));
    assertThat(nameOf(check(keys, text, REMOTE))).isEqualTo("deploy");
    assertThat(nameOf(check(keys, CONFIGURED, REMOTE))).isEqualTo("backend");
    assertThat(nameOf(check(keys, other, REMOTE))).isEqualTo("cron");
    assertThat(keys.list())
        .extracting(listed -> listed.key().name())
        .containsExactly("backend", "cron", "deploy");
    assertThat(keys.add(made("cron", null).key())).isEqualTo(ApiKeys.NotMade.TAKEN);
    assertThat(keys.revoke("cron")).isNull();
  }

  @Test
  void aConfiguredKeyThatIsNoLongerThereOrAnotherEnds() {
    ApiKeys keys = keys();
    keys.configure(List.of(configured("backend", CONFIGURED)));
    keys.configure(List.of(configured("backend", CONFIGURED)));
    Principal.KeyName first = granted(check(keys, CONFIGURED, REMOTE));
    assertThat(ended).isZero();
    keys.configure(List.of(configured("backend", CONFIGURED + "2")));
    assertThat(ended).isEqualTo(1);
    assertThat(keys.isInForce(Objects.requireNonNull(first).id())).isFalse();
    assertThat(granted(check(keys, CONFIGURED, REMOTE))).isNull();
    assertThat(granted(check(keys, CONFIGURED + "2", REMOTE))).isNotNull();
    List<ApiKey> twice = List.of(configured("a", CONFIGURED), configured("a", CONFIGURED + "3"));
    assertThatThrownBy(() -> keys.configure(twice))
        .hasMessage("two configured API keys have the name 'a'");
    assertThat(granted(check(keys, CONFIGURED + "2", REMOTE))).isNotNull();
    keys.configure(List.of());
    assertThat(granted(check(keys, CONFIGURED + "2", REMOTE))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123456789012345678901234567890",
        "with spaces in it 0123456789012345678901234567890",
        "with.dots.in.it.012345678901234567890123456789",
        "with-ñ-in-it-0123456789012345678901234567890",
      })
  void aConfiguredKeyIsLongAndFitsIntoAHeader(String text) {
    assertThatThrownBy(() -> configured("backend", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'backend'")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(text));
  }

  @Test
  void aKeyExpires() {
    ApiKeys keys = keys();
    ApiKey.Made made = made("deploy", NOW.plusSeconds(60));
    keys.add(made.key());
    now = NOW.plusSeconds(59);
    assertThat(granted(check(keys, made.text(), REMOTE))).isNotNull();
    assertThat(keys.isInForce(made.key().id())).isTrue();
    now = NOW.plusSeconds(60);
    for (int i = 0; i < 2 * KeyFailures.BURST; i++) {
      assertThat(check(keys, made.text(), REMOTE)).isEqualTo(EXPIRED);
    }
    assertThat(keys.isInForce(made.key().id())).isFalse();
  }

  @Test
  void aRevokedKeyEndsAtOnceAndItsNameIsFree() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    ApiKey revoked = Objects.requireNonNull(keys.revoke("deploy"));
    assertThat(ended).isEqualTo(1);
    assertThat(check(keys, text, REMOTE)).isEqualTo(UNKNOWN);
    assertThat(keys.isInForce(revoked.id())).isFalse();
    assertThat(store.keys).isEmpty();
    assertThat(keys.revoke("deploy")).isNull();
    assertThat(granted(check(keys, added(keys, "deploy"), REMOTE))).isNotNull();
  }

  @Test
  void aKeyIsRevokedAlthoughThatCannotBeStored() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    store.full = true;
    assertThatThrownBy(() -> keys.revoke("deploy")).hasMessage("full");
    assertThat(check(keys, text, REMOTE)).isEqualTo(UNKNOWN);
    assertThat(keys.list()).extracting(ApiKeys.Listed::revoked).containsExactly(true);
    assertThat(keys.add(made("deploy", null).key())).isEqualTo(ApiKeys.NotMade.TAKEN);
    ApiKey.Made more = made("more", null);
    assertThatThrownBy(() -> keys.add(more.key())).hasMessage("full");
    assertThat(check(keys, more.text(), REMOTE)).isEqualTo(UNKNOWN);
    store.full = false;
    assertThat(keys.revoke("deploy")).isNotNull();
    assertThat(store.keys).isEmpty();
  }

  @Test
  void keysAreLoadedAtTheStart() {
    String text = added(keys(), "deploy");
    assertThat(granted(check(keys(), text, REMOTE))).isNotNull();
  }

  @Test
  void theNumberOfKeysIsBounded() {
    ApiKeys keys = keys();
    for (int i = 0; i < ApiKeys.MAX_STORED; i++) {
      store.put(made("key" + i, null).key());
    }
    ApiKeys full = keys();
    assertThat(full.add(made("more", null).key())).isEqualTo(ApiKeys.NotMade.TOO_MANY);
    List<ApiKey> many = new ArrayList<>();
    for (int i = 0; i <= ApiKeys.MAX_CONFIGURED; i++) {
      many.add(configured("key" + i, CONFIGURED + i));
    }
    assertThatThrownBy(() -> keys.configure(many)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLastUseIsStoredOnceAMinute() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    keys.saveUses();
    assertThat(store.notes).isZero();
    now = NOW.plusSeconds(59);
    check(keys, text, REMOTE);
    keys.saveUses();
    assertThat(store.keys.values()).extracting(ApiKey::used).containsExactly(NOW);
    assertThat(keys.list().getFirst().key().used()).isEqualTo(NOW);
    check(keys, text, REMOTE);
    keys.saveUses();
    assertThat(store.notes).isEqualTo(1);
  }

  @Test
  void aKeyThatIsRevokedWhileItsUseIsStoredIsNotStoredAgain() throws InterruptedException {
    ApiKeys keys = keys();
    check(keys, added(keys, "deploy"), REMOTE);
    Thread revoking = new Thread(() -> keys.revoke("deploy"));
    store.beforeNote =
        () -> {
          revoking.start();
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> Set.of(State.WAITING, State.TERMINATED).contains(revoking.getState()));
        };
    keys.saveUses();
    revoking.join();
    assertThat(store.keys).isEmpty();
  }

  private Authentication fail(ApiKeys keys, Peer address) {
    return check(keys, made("wrong", null).text(), address);
  }

  @Test
  void anAddressWithTooManyWrongKeysIsNotLookedAt() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    for (int i = 0; i < KeyFailures.BURST; i++) {
      assertThat(fail(keys, REMOTE)).isEqualTo(UNKNOWN);
    }
    assertThat(fail(keys, REMOTE)).isEqualTo(TOO_MANY);
    assertThat(check(keys, text, REMOTE)).isEqualTo(TOO_MANY);
    assertThat(granted(check(keys, text, address("192.0.2.2")))).isNotNull();
    nanos += KeyFailures.EACH.toNanos();
    assertThat(granted(check(keys, text, REMOTE))).isNotNull();
    assertThat(fail(keys, REMOTE)).isEqualTo(UNKNOWN);
    assertThat(check(keys, text, REMOTE)).isEqualTo(TOO_MANY);
    // As much as it may owe, however often it has tried.
    for (int i = 0; i < 100; i++) {
      fail(keys, REMOTE);
    }
    nanos += KeyFailures.EACH.toNanos();
    assertThat(granted(check(keys, text, REMOTE))).isNotNull();
  }

  @Test
  void onLoopbackARightKeyAlwaysWorks() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    for (int i = 0; i < KeyFailures.BURST; i++) {
      assertThat(fail(keys, LOOPBACK)).isEqualTo(UNKNOWN);
    }
    assertThat(fail(keys, LOOPBACK)).isEqualTo(TOO_MANY);
    assertThat(granted(check(keys, text, LOOPBACK))).isNotNull();
  }

  @Test
  void theNumberOfRememberedAddressesIsBounded() {
    KeyFailures failures = new KeyFailures();
    AddressBlock remote = REMOTE.block();
    for (int i = 0; i < KeyFailures.BURST; i++) {
      failures.failed(remote, 0);
    }
    assertThat(failures.wait(remote, 0)).isPositive();
    for (int i = 0; i < 2 * KeyFailures.MAX_ADDRESSES; i++) {
      failures.failed(new AddressBlock(true, i), 1);
    }
    assertThat(failures.addresses()).isEqualTo(KeyFailures.MAX_ADDRESSES);
    failures.failed(remote, 1 + Duration.ofMinutes(10).toNanos());
    assertThat(failures.addresses()).isEqualTo(1);
  }
}
