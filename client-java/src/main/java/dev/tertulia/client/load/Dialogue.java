package dev.tertulia.client.load;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a connection sends, and what it answers.
///
/// @param hello what is sent after the handshake
/// @param ready the text after whose arrival the connection counts as ready; empty for the
///   handshake
/// @param answers what is answered by itself, such as a ping of the application's
/// @param message what senders send
/// @param pad how many bytes follow the marker in a message
/// @param expect who gets a message
public record Dialogue(
    List<Template> hello,
    String ready,
    List<Answer> answers,
    Template message,
    int pad,
    Expect expect) {
  /// Most bytes that a message may be padded with.
  public static final int LONGEST_PAD = 16 << 20;

  public Dialogue {
    hello = List.copyOf(hello);
    answers = List.copyOf(answers);
    if (pad < 0 || pad > LONGEST_PAD) {
      throw new CannotRunException("--pad must be from 0 to " + LONGEST_PAD);
    }
  }

  /// What is sent back when a message, or a line of one, is `text`.
  public record Answer(String text, Template reply) {
    /// Reads one as it is given.
    ///
    /// @param pair `TEXT=REPLY`; the first `=` parts them
    public static Answer of(String pair) {
      int sign = pair.indexOf('=');
      if (sign < 1) {
        throw new CannotRunException("--answer '%s' is not TEXT=REPLY".formatted(pair));
      }
      return new Answer(pair.substring(0, sign), Template.of(pair.substring(sign + 1)));
    }

    byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
