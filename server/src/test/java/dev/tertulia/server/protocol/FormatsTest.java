package dev.tertulia.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.WireFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FormatsTest {
  private final Formats formats = new Formats(null);

  @Test
  void eachFormatHasTheNextIndex() {
    WireFormat first = add();
    WireFormat second = add();
    assertThat(formats.all()).containsExactly(first, second);
    assertThat(first.index()).isEqualTo(0);
    assertThat(second.index()).isEqualTo(1);
  }

  @Test
  void theNumberOfFormatsIsLimitedToTheBitsOfAnInt() {
    for (int i = 0; i < Fanout.MAX_FORMATS; i++) {
      add();
    }
    assertThatThrownBy(this::add).isInstanceOf(IllegalStateException.class);
    assertThat(new Fanout(formats.all()).subscribedTopics()).isEqualTo(0);
  }

  @Test
  void theFanoutRefusesAFormatWithAnotherIndex() {
    WireFormat lonely = new BaseFormat(1, Language.EN);
    assertThatThrownBy(() -> new Fanout(List.of(lonely)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("format 1 is at 0");
  }

  private WireFormat add() {
    return formats.add(index -> new BaseFormat(index, Language.EN));
  }
}
