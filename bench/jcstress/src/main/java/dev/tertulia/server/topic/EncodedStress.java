package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import java.nio.charset.StandardCharsets;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// Two threads request the JSON of a publication at once.
@JCStressTest
@Outcome(id = "whole, whole", expect = Expect.ACCEPTABLE, desc = "both have all of it")
@Outcome(expect = Expect.FORBIDDEN, desc = "one has less")
@State
public class EncodedStress {
  private static final ClientId CLIENT = new ClientId("ana");
  private static final String JSON = "{\"type\":\"chat\"}";

  private static final Publication.Encoding ENCODING =
      publication -> JSON.getBytes(StandardCharsets.US_ASCII);

  private final Publication publication =
      new Publication(TopicName.BROADCASTS, null, 0, 0, "", new Entry.Deletion(CLIENT, 1), null);

  private String get() {
    byte[] json = publication.encoded(ENCODING);
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
