package dev.tertulia.server.config;

import dev.tertulia.server.auth.token.Issuer;
import dev.tertulia.server.auth.token.PemKey;
import dev.tertulia.server.auth.token.VerificationKey;
import dev.tertulia.server.model.Identifier;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An issuer of tokens. It has secrets, public keys or an address of keys: one kind of them.
///
/// @param name the `iss` of its tokens; `null` for the only issuer of a server
/// @param secrets with which it signs; several while one replaces another
/// @param keys its public keys; several while one replaces another
/// @param jwksUrl where its keys are; `null` if they are configured
/// @param audience what `aud` must contain; `null` if it is not checked
/// @param prefix stands before the `sub` of its clients; may be empty if there is no other issuer
public record IssuerConfig(
    @Nullable String name,
    List<Secret> secrets,
    List<PublicKey> keys,
    @Nullable URI jwksUrl,
    @Nullable String audience,
    String prefix) {
  private static final List<String> FIELDS =
      List.of("name", "secrets", "keys", "jwks_url", "audience", "prefix");

  private static final String PEM_BEGIN = "-----BEGIN ";

  public IssuerConfig {
    secrets = List.copyOf(secrets);
    keys = List.copyOf(keys);
  }

  static IssuerConfig ofSecret(Secret secret) {
    return new IssuerConfig(null, List.of(secret), List.of(), null, null, "");
  }

  /// Reads the issuers of a list, of which no two may make the same id of two clients.
  static List<IssuerConfig> all(Value list) {
    List<Value.Fields> records = list.records(FIELDS);
    List<IssuerConfig> issuers = records.stream().map(IssuerConfig::from).toList();
    if (issuers.size() > Issuer.MAX_ISSUERS) {
      list.report("has more than " + Issuer.MAX_ISSUERS + " issuers");
    }
    for (int i = 0; i < Math.min(issuers.size(), Issuer.MAX_ISSUERS); i++) {
      IssuerConfig one = issuers.get(i);
      if (issuers.size() > 1 && one.name == null) {
        records.get(i).report("each of several issuers needs a 'name', the 'iss' of its tokens");
      }
      if (issuers.size() > 1 && one.prefix.isEmpty()) {
        records
            .get(i)
            .report(
                "each of several issuers needs a 'prefix', so that two people with the same 'sub'"
                    + " are not one client");
      }
      for (int j = 0; j < issuers.size(); j++) {
        if (i != j) {
          one.compare(issuers.get(j), i < j, records.get(i));
        }
      }
    }
    return issuers;
  }

  /// @param first whether this one is first in the list, so that a pair is reported once
  private void compare(IssuerConfig other, boolean first, Value.Fields record) {
    if (first && name != null && name.equals(other.name)) {
      record.report("another issuer has the same name '%s'".formatted(name));
    }
    if (!prefix.isEmpty()
        && other.prefix.startsWith(prefix)
        && (first || !other.prefix.equals(prefix))) {
      record.report(
          "the prefix '%s' is also the beginning of '%s' of another issuer, so that two people could be one client"
              .formatted(prefix, other.prefix));
    }
  }

  private static IssuerConfig from(Value.Fields fields) {
    List<Secret> secrets = new ArrayList<>();
    for (Value item : fields.secret("secrets").items()) {
      Secret secret = item.secret();
      if (secret != null) {
        secrets.add(secret);
      }
    }
    List<PublicKey> keys = new ArrayList<>();
    for (Value item : fields.secret("keys").items()) {
      PublicKey key = key(item);
      if (key != null) {
        keys.add(key);
      }
    }
    Value url = fields.get("jwks_url");
    String prefix = prefix(fields.get("prefix"));
    int kinds =
        (fields.get("secrets").isSet() ? 1 : 0)
            + (fields.get("keys").isSet() ? 1 : 0)
            + (url.isSet() ? 1 : 0);
    if (kinds != 1) {
      fields.report("an issuer must have exactly one of 'secrets', 'keys' and 'jwks_url'");
    }
    return new IssuerConfig(
        fields.get("name").optional(),
        secrets,
        keys,
        AuthConfig.url(url),
        fields.get("audience").optional(),
        prefix);
  }

  /// What stands before the `sub` of the clients of an issuer.
  static String prefix(Value value) {
    String prefix = value.text();
    if (prefix.startsWith("~") || (!prefix.isEmpty() && !Identifier.isValid(prefix))) {
      value.refuse("the beginning of client ids, such as 'acme.', and not begin with '~'");
    }
    return prefix;
  }

  /// A public key, written in PEM or as the name of a file in PEM; `null` if it is not one, which
  /// is a problem.
  private static @Nullable PublicKey key(Value value) {
    String text = value.text();
    if (!text.contains(PEM_BEGIN)) {
      try {
        switch (TextFile.read(Path.of(text))) {
          case TextFile.Content content -> text = content.text();
          case TextFile.Unreadable unreadable -> {
            value.report("is not a key in PEM, and the file " + text + " " + unreadable.why());
            return null;
          }
        }
      } catch (InvalidPathException e) {
        value.report("is neither a key in PEM nor the name of a file");
        return null;
      }
    }
    try {
      PublicKey key = PemKey.parse(text);
      VerificationKey.ofPublic(null, key);
      return key;
    } catch (IllegalArgumentException e) {
      value.report("is not usable: " + e.getMessage());
      return null;
    }
  }
}
