package dev.tertulia.server.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import dev.tertulia.server.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A set of keys as an issuer publishes it (RFC 7517). Each key is read by itself: one that can't
/// be used is skipped, and the others are kept.
///
/// @param keys the keys that can be used
/// @param skipped why the others can't, for operators
record JwkSet(KeySet keys, List<String> skipped) {
  /// How a public key of Ed25519 begins in DER; its 32 bytes follow.
  private static final byte[] ED25519_DER = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int ED25519_BYTES = 32;

  JwkSet {
    skipped = List.copyOf(skipped);
  }

  /// @throws IOException if `json` is not a set of keys, or has more than [KeySet#MAX_KEYS]
  static JwkSet parse(byte[] json) throws IOException {
    List<String> texts;
    try (JsonParser parser = JsonText.parser(json)) {
      texts = keyTexts(parser, json);
    } catch (JacksonException e) {
      throw new IOException("the response is not JSON", e);
    }
    if (texts == null) {
      throw new IOException("the response is not a JSON object with a list 'keys'");
    }
    if (texts.size() > KeySet.MAX_KEYS) {
      throw new IOException("the response has more than " + KeySet.MAX_KEYS + " keys");
    }
    List<VerificationKey> keys = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (String text : texts) {
      try {
        keys.add(key(text));
      } catch (ParseException | JOSEException | GeneralSecurityException | RuntimeException e) {
        skipped.add("key " + (keys.size() + skipped.size() + 1) + ": " + e.getMessage());
      }
    }
    return new JwkSet(new KeySet(keys), skipped);
  }

  /// The text of each key; `null` if there is no list of keys.
  private static @Nullable List<String> keyTexts(JsonParser parser, byte[] json) {
    List<String> texts = null;
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return null;
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean keys = parser.currentName().equals("keys");
      JsonToken value = parser.nextToken();
      if (!keys) {
        parser.skipChildren();
        continue;
      }
      if (value != JsonToken.START_ARRAY || texts != null) {
        return null;
      }
      texts = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        String text = JsonText.raw(parser, json, 0);
        if (texts.size() <= KeySet.MAX_KEYS) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  private static VerificationKey key(String text)
      throws ParseException, JOSEException, GeneralSecurityException {
    if (!text.startsWith("{")) {
      throw new IllegalArgumentException("it is not an object");
    }
    JWK key = JWK.parse(text);
    if (key.isPrivate()) {
      throw new IllegalArgumentException(
          "it is published with its private part or is a secret, so anybody can sign with it");
    }
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      throw new IllegalArgumentException("its use is not to sign");
    }
    if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
      throw new IllegalArgumentException("its operations do not include to verify");
    }
    SignatureAlgorithm only = null;
    if (key.getAlgorithm() != null) {
      only = SignatureAlgorithm.of(key.getAlgorithm().getName());
      if (only == null) {
        throw new IllegalArgumentException("its algorithm is not supported");
      }
    }
    return VerificationKey.ofPublic(key.getKeyID(), publicKey(key), only);
  }

  private static PublicKey publicKey(JWK key) throws JOSEException, GeneralSecurityException {
    return switch (key) {
      case RSAKey rsa -> rsa.toRSAPublicKey();
      case ECKey curve -> curve.toECPublicKey();
      case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) -> ed25519(pair);
      default -> throw new IllegalArgumentException("its kind or curve is not supported");
    };
  }

  private static PublicKey ed25519(OctetKeyPair pair) throws GeneralSecurityException {
    byte[] point = pair.getDecodedX();
    if (point.length != ED25519_BYTES) {
      throw new IllegalArgumentException("its point does not have " + ED25519_BYTES + " bytes");
    }
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.writeBytes(ED25519_DER);
    der.writeBytes(point);
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(der.toByteArray()));
  }
}
