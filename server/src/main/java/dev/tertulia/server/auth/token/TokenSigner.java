package dev.tertulia.server.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import dev.tertulia.server.auth.Permission;
import dev.tertulia.server.json.JsonText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signs tokens with the secret of an issuer, for trying. Immutable.
///
/// @param issuer the `iss` of the tokens; `null` for none
/// @param audience their `aud`; `null` for none
/// @param names where they say what
public record TokenSigner(
    byte[] secret, @Nullable String issuer, @Nullable String audience, ClaimNames names) {
  /// What a token says.
  ///
  /// @param subject its `sub`
  /// @param can its permissions; `null` if it does not say, which means the defaults
  /// @param name what people call the client; `null` if it does not say
  /// @param id its `jti`, by which it can be revoked
  public record Claims(
      String subject,
      @Nullable List<Permission> can,
      @Nullable String name,
      String id,
      Instant issuedAt,
      Instant expiry) {}

  /// A token with these claims, signed with HS256.
  ///
  /// @throws IllegalArgumentException if the secret is too short
  public String sign(Claims claims) {
    byte[] payload =
        JsonText.object(out -> {
          out.writeStringProperty("sub", claims.subject);
          if (issuer != null) {
            out.writeStringProperty("iss", issuer);
          }
          if (audience != null) {
            out.writeStringProperty("aud", audience);
          }
          out.writeNumberProperty("iat", claims.issuedAt.getEpochSecond())
              .writeNumberProperty("exp", claims.expiry.getEpochSecond())
              .writeStringProperty("jti", claims.id);
          if (claims.name != null) {
            out.writeStringProperty(names.name(), claims.name);
          }
          if (claims.can != null) {
            out.writeArrayPropertyStart(names.can());
            claims.can.forEach(permission -> out.writeString(permission.toString()));
            out.writeEndArray();
          }
        });
    return signed(new JWSHeader(JWSAlgorithm.HS256), new Payload(payload), secret);
  }

  /// A signed token.
  ///
  /// @throws IllegalArgumentException if the secret is too short for the algorithm of the header
  public static String signed(JWSHeader header, Payload payload, byte[] secret) {
    JWSObject token = new JWSObject(header, payload);
    try {
      token.sign(new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the secret is too short", e);
    }
    return token.serialize();
  }

  /// Without the secret.
  @Override
  public String toString() {
    return "the signer of " + issuer;
  }
}
