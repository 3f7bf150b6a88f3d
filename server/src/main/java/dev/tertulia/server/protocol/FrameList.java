package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.protocol.Received.Ref;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes replies that contain a list of frames which are already encoded. Safe for any thread.
public final class FrameList {
  /// The estimated size of a reply without the frames in it, in bytes.
  private static final int AROUND_FRAMES = 512;

  private FrameList() {}

  /// Encodes a reply.
  ///
  /// @param ref the `ref` of the request; `null` for none
  /// @param before writes the fields before the list
  /// @param list the name of the list
  /// @param after writes the fields after the list
  public static byte[] write(
      @Nullable Ref ref,
      String type,
      Consumer<JsonGenerator> before,
      String list,
      List<byte[]> frames,
      Consumer<JsonGenerator> after) {
    int size = AROUND_FRAMES;
    for (byte[] frame : frames) {
      size += frame.length + 1;
    }
    return JsonText.object(
        size,
        (out, bytes) -> {
          before.accept(Ref.begin(out, type, ref));
          out.writeArrayPropertyStart(list);
          out.flush();
          readyMade(frames, bytes);
          after.accept(out.writeEndArray());
        });
  }

  private static void readyMade(List<byte[]> frames, ByteArrayOutputStream bytes) {
    boolean first = true;
    for (byte[] frame : frames) {
      if (!first) {
        bytes.write(',');
      }
      bytes.writeBytes(frame);
      first = false;
    }
  }
}
