package dev.tertulia.server.topic;

import java.nio.charset.StandardCharsets;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// Two need the JSON of a publication at once.
@JCStressTest
@Outcome(id = "whole, whole", expect = Expect.ACCEPTABLE, desc = "both have all of it")
@Outcome(expect = Expect.FORBIDDEN, desc = "one has less")
@State
public class EncodedOnceStress {
  private static final String JSON = "{\"type\":\"chat\"}";

  private final EncodedOnce encoded = new EncodedOnce();

  private String get() {
    byte[] json = encoded.get(() -> JSON.getBytes(StandardCharsets.US_ASCII));
    String text = json == null ? "nothing" : new String(json, StandardCharsets.US_ASCII);
    return text.equals(JSON) ? "whole" : text;
  }

  /// A replay.
  @Actor
  public void one(LL_Result result) {
    result.r1 = get();
  }

  /// Another.
  @Actor
  public void other(LL_Result result) {
    result.r2 = get();
  }
}
