package dev.tertulia.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MissingNodesTest {
  private static String written(Partial<?>... answers) {
    return new String(
        JsonText.object(out -> {
          out.writeNumberProperty("disconnected", 1);
          MissingNodes.write(out, answers);
        }),
        UTF_8);
  }

  @Test
  void aPartialAnswerNamesTheMissingNodesOnceEach() {
    Partial<Integer> some = new Partial<>(1, List.of(new NodeName("b"), new NodeName("c")));
    Partial<Integer> others = new Partial<>(1, List.of(new NodeName("a"), new NodeName("b")));
    assertThat(written(some, others))
        .isEqualTo("{\"disconnected\":1,\"missing_nodes\":[\"a\",\"b\",\"c\"]}");
  }

  @Test
  void aWholeAnswerSaysNothingOfNodes() {
    assertThat(written(Partial.whole(1))).isEqualTo("{\"disconnected\":1}");
  }
}
