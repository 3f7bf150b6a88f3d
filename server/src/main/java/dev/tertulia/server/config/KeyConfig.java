package dev.tertulia.server.config;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.auth.NamePattern;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An API key of the configuration.
///
/// @param name names the key in lists and in the log
/// @param scopes what it may do, and in which rooms
public record KeyConfig(String name, Secret secret, KeyScopes scopes) {
  /// The maximum number of keys of the configuration.
  public static final int MAX_KEYS = 1_000;

  private static final List<String> FIELDS = List.of("name", "secret", "scopes", "rooms");
  private static final Set<Scope> OF_A_BACKEND =
      Set.of(Scope.SEND, Scope.NOTIFY, Scope.BROADCAST, Scope.READ, Scope.METRICS);
  private static final Pattern COMMAS_OR_SPACES = Pattern.compile("[\\s,]+");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /// A name, `=` and a secret. Base64 has `=` at its end only.
  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_.-]{1,64})=(.*[^=].*)");

  /// A secret that fits into `Authorization` and is not mistaken for a token, which has dots.
  private static final Pattern SENDABLE = Pattern.compile("[A-Za-z0-9_~+/=-]+");

  /// Reads all keys.
  ///
  /// @param records keys as mappings
  /// @param inShort keys as texts
  static List<KeyConfig> all(Value records, Value inShort) {
    List<KeyConfig> keys = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value.Fields fields : records.records(FIELDS)) {
      add(from(fields, keys.size() + 1), keys, names, records);
    }
    for (Value item : inShort.items(COMMAS_OR_SPACES)) {
      add(inShort(item, keys.size() + 1), keys, names, inShort);
    }
    if (keys.size() > MAX_KEYS) {
      records.report("there are more than " + MAX_KEYS + " keys");
    }
    return keys;
  }

  private static KeyConfig from(Value.Fields fields, int number) {
    Value name = fields.get("name", "key" + number);
    if (!NAME.matcher(name.text()).matches()) {
      name.refuse("letters, digits, '_', '.' and '-', at most 64");
    }
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (Value item : fields.get("scopes").items()) {
      scopes.add(item.oneOf(Scope.class));
    }
    List<NamePattern> rooms = fields.get("rooms").patterns();
    Value secret = fields.secret("secret");
    if (!secret.isSet()) {
      fields.report("an API key must have a 'secret'");
    }
    return new KeyConfig(
        name.text(),
        secret(secret, secret.text()),
        new KeyScopes(
            scopes.isEmpty() ? OF_A_BACKEND : scopes,
            rooms.isEmpty() ? KeyScopes.ALL_ROOMS : rooms));
  }

  private static KeyConfig inShort(Value value, int number) {
    Matcher named = NAMED.matcher(value.text());
    boolean isNamed = named.matches();
    return new KeyConfig(
        isNamed ? named.group(1) : "key" + number,
        secret(value, isNamed ? named.group(2) : value.text()),
        new KeyScopes(OF_A_BACKEND, KeyScopes.ALL_ROOMS));
  }

  /// Reads a secret; another one if it is not valid, which is a problem.
  private static Secret secret(Value value, String text) {
    if (!text.isEmpty() && !SENDABLE.matcher(text).matches()) {
      value.report(
          "contains a secret with other characters than letters, digits and -_~+/=, which can't be"
              + " sent as a key");
    }
    try {
      return Secret.of(text);
    } catch (IllegalArgumentException e) {
      if (!text.isEmpty()) {
        value.report(
            "contains a secret that is not long enough: %s; make one with 'openssl rand -hex 32'"
                .formatted(e.getMessage()));
      }
      return Secret.of("-".repeat(Secret.MIN_BYTES) + text);
    }
  }

  private static void add(KeyConfig key, List<KeyConfig> keys, Set<String> names, Value value) {
    if (!names.add(key.name)) {
      value.report("has two keys with the name '%s'".formatted(key.name));
    }
    if (keys.stream().anyMatch(other -> other.secret.equals(key.secret))) {
      value.report("has two keys with the same secret, one of them '%s'".formatted(key.name));
    }
    keys.add(key);
  }
}
