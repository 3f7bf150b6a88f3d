package dev.tertulia.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads the files that the configuration consists of.
final class TextFile {
  /// The maximum size of a file, in bytes.
  static final int MAX_BYTES = 1 << 20;

  private static final String BYTE_ORDER_MARK = "\ufeff";

  private TextFile() {}

  /// The outcome of reading a file.
  sealed interface Result {}

  /// The text of a file, verbatim, without a byte order mark.
  record Content(String text) implements Result {
    /// The text without one newline at its end, which an editor or `echo` has added.
    String withoutFinalNewline() {
      if (text.endsWith("\r\n")) {
        return text.substring(0, text.length() - 2);
      }
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public String toString() {
      return "Content";
    }
  }

  /// A file that can't be read.
  ///
  /// @param why continues a sentence that begins with the name of the file
  record Unreadable(String why) implements Result {}

  static Result read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        return new Unreadable("is larger than " + MAX_BYTES + " bytes");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Content(
          text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text);
    } catch (CharacterCodingException e) {
      return new Unreadable("is not UTF-8");
    } catch (NoSuchFileException e) {
      return new Unreadable("does not exist");
    } catch (AccessDeniedException e) {
      return new Unreadable(
          "can't be read by the user %s: change its owner or its mode"
              .formatted(System.getProperty("user.name")));
    } catch (IOException e) {
      return new Unreadable("can't be read (%s)".formatted(e.getMessage()));
    }
  }
}
