package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.auth.KeyCheck.Reason;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.model.ClientId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which API keys are accepted, and which are not or no longer; without sockets and a database.
final class ApiKeysTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final AddressBlock LOOPBACK = address("127.0.0.1");
  private static final AddressBlock REMOTE = address("192.0.2.1");
  private static final String CONFIGURED = "a-secret-of-a-backend-with-32-bytes-or-more";

  private final Store store = new Store();
  private final List<Set<String>> ended = new ArrayList<>();
  private long nanos = Long.MAX_VALUE - 1_000;

  private static AddressBlock address(String text) {
    try {
      return AddressBlock.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Keeps keys in memory, and can be full.
  private static final class Store implements ApiKeyStore {
    final Map<String, ApiKey> keys = new HashMap<>();
    boolean full;
    int notes;

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
      used.forEach(key -> keys.computeIfPresent(key.id(), (id, before) -> key));
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
    return new ApiKeys(store, () -> nanos, ended::add);
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

  private static Principal.@Nullable KeyName granted(KeyCheck check) {
    return check instanceof KeyCheck.Accepted accepted ? accepted.principal().key() : null;
  }

  private static String nameOf(KeyCheck check) {
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
    KeyCheck check = keys.check(made.text(), REMOTE, NOW);
    assertThat(check).isInstanceOf(KeyCheck.Accepted.class);
    Principal principal = ((KeyCheck.Accepted) check).principal();
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
        made + " " + made.key() + " " + keys.list() + " " + keys.check(made.text(), REMOTE, NOW);
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
      assertThat(keys.check(altered, LOOPBACK, NOW)).isNotInstanceOf(KeyCheck.Accepted.class);
    }
    for (String altered : List.of("", text + "=", " " + text, text.substring(1), text + "\n")) {
      assertThat(keys.check(altered, LOOPBACK, NOW)).isNotInstanceOf(KeyCheck.Accepted.class);
    }
    assertThat(granted(keys.check(text, LOOPBACK, NOW))).isNotNull();
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
    assertThat(keys.check(forged, REMOTE, NOW)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    assertThat(granted(keys.check(text, REMOTE, NOW))).isNotNull();
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
  void configuredKeysStandBesideStoredOnes() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    String other = "another-secret-that-is-long-enough-for-a-key";
    keys.configure(List.of(configured("backend", CONFIGURED), configured("cron", other)));
    assertThat(nameOf(keys.check(text, REMOTE, NOW))).isEqualTo("deploy");
    assertThat(nameOf(keys.check(CONFIGURED, REMOTE, NOW))).isEqualTo("backend");
    assertThat(nameOf(keys.check(other, REMOTE, NOW))).isEqualTo("cron");
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
    assertThat(ended).isEmpty();
    keys.configure(List.of(configured("backend", CONFIGURED + "2")));
    assertThat(ended).containsExactly(Set.of("configured:backend"));
    assertThat(granted(keys.check(CONFIGURED, REMOTE, NOW))).isNull();
    assertThat(granted(keys.check(CONFIGURED + "2", REMOTE, NOW))).isNotNull();
    List<ApiKey> twice = List.of(configured("a", CONFIGURED), configured("a", CONFIGURED + "3"));
    assertThatThrownBy(() -> keys.configure(twice))
        .hasMessage("two configured API keys have the name 'a'");
    assertThat(granted(keys.check(CONFIGURED + "2", REMOTE, NOW))).isNotNull();
    keys.configure(List.of());
    assertThat(granted(keys.check(CONFIGURED + "2", REMOTE, NOW))).isNull();
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
    assertThat(granted(keys.check(made.text(), REMOTE, NOW.plusSeconds(59)))).isNotNull();
    assertThat(keys.isInForce(made.key().id(), NOW.plusSeconds(59))).isTrue();
    assertThat(keys.check(made.text(), REMOTE, NOW.plusSeconds(60)))
        .isEqualTo(new KeyCheck.Refused(Reason.EXPIRED));
    assertThat(keys.isInForce(made.key().id(), NOW.plusSeconds(60))).isFalse();
  }

  @Test
  void aRevokedKeyEndsAtOnceAndItsNameIsFree() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    ApiKey revoked = Objects.requireNonNull(keys.revoke("deploy"));
    assertThat(ended).containsExactly(Set.of(revoked.id()));
    assertThat(keys.check(text, REMOTE, NOW)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    assertThat(keys.isInForce(revoked.id(), NOW)).isFalse();
    assertThat(store.keys).isEmpty();
    assertThat(keys.revoke("deploy")).isNull();
    assertThat(granted(keys.check(added(keys, "deploy"), REMOTE, NOW))).isNotNull();
  }

  @Test
  void aKeyIsRevokedAlthoughThatCannotBeStored() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    store.full = true;
    assertThatThrownBy(() -> keys.revoke("deploy")).hasMessage("full");
    assertThat(keys.check(text, REMOTE, NOW)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    assertThat(keys.list()).extracting(ApiKeys.Listed::revoked).containsExactly(true);
    assertThat(keys.add(made("deploy", null).key())).isEqualTo(ApiKeys.NotMade.TAKEN);
    ApiKey.Made more = made("more", null);
    assertThatThrownBy(() -> keys.add(more.key())).hasMessage("full");
    assertThat(keys.check(more.text(), REMOTE, NOW))
        .isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    store.full = false;
    assertThat(keys.revoke("deploy")).isNotNull();
    assertThat(store.keys).isEmpty();
  }

  @Test
  void keysAreLoadedAtTheStart() {
    String text = added(keys(), "deploy");
    assertThat(granted(keys().check(text, REMOTE, NOW))).isNotNull();
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
    keys.check(text, REMOTE, NOW.plusSeconds(59));
    keys.saveUses();
    assertThat(store.keys.values()).extracting(ApiKey::used).containsExactly(NOW);
    assertThat(keys.list().getFirst().key().used()).isEqualTo(NOW);
    keys.check(text, REMOTE, NOW.plusSeconds(59));
    keys.saveUses();
    assertThat(store.notes).isEqualTo(1);
  }

  private KeyCheck fail(ApiKeys keys, AddressBlock address) {
    return keys.check(made("wrong", null).text(), address, NOW);
  }

  @Test
  void anAddressWithTooManyWrongKeysIsNotLookedAt() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    for (int i = 0; i < KeyFailures.BURST; i++) {
      assertThat(fail(keys, REMOTE)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    }
    assertThat(fail(keys, REMOTE)).isEqualTo(new KeyCheck.TooManyFailures(KeyFailures.EACH));
    assertThat(keys.check(text, REMOTE, NOW)).isInstanceOf(KeyCheck.TooManyFailures.class);
    assertThat(granted(keys.check(text, address("192.0.2.2"), NOW))).isNotNull();
    nanos += KeyFailures.EACH.toNanos();
    assertThat(granted(keys.check(text, REMOTE, NOW))).isNotNull();
    assertThat(fail(keys, REMOTE)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    assertThat(keys.check(text, REMOTE, NOW)).isInstanceOf(KeyCheck.TooManyFailures.class);
    // As much as it may owe, however often it has tried.
    for (int i = 0; i < 100; i++) {
      fail(keys, REMOTE);
    }
    nanos += KeyFailures.EACH.toNanos();
    assertThat(granted(keys.check(text, REMOTE, NOW))).isNotNull();
  }

  @Test
  void onLoopbackARightKeyAlwaysWorks() {
    ApiKeys keys = keys();
    String text = added(keys, "deploy");
    for (int i = 0; i < KeyFailures.BURST; i++) {
      assertThat(fail(keys, LOOPBACK)).isEqualTo(new KeyCheck.Refused(Reason.UNKNOWN));
    }
    assertThat(fail(keys, LOOPBACK)).isEqualTo(new KeyCheck.TooManyFailures(KeyFailures.EACH));
    assertThat(granted(keys.check(text, LOOPBACK, NOW))).isNotNull();
  }

  @Test
  void theNumberOfRememberedAddressesIsBounded() {
    KeyFailures failures = new KeyFailures();
    for (int i = 0; i < KeyFailures.BURST; i++) {
      failures.failed(REMOTE, 0);
    }
    assertThat(failures.wait(REMOTE, 0)).isPositive();
    for (int i = 0; i < 2 * KeyFailures.MAX_ADDRESSES; i++) {
      failures.failed(new AddressBlock(true, i), 1);
    }
    assertThat(failures.addresses()).isEqualTo(KeyFailures.MAX_ADDRESSES);
    failures.failed(REMOTE, 1 + Duration.ofMinutes(10).toNanos());
    assertThat(failures.addresses()).isEqualTo(1);
  }
}
