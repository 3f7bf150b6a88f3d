package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;

/// An entry of a room's log as a client sees it.
///
/// @param pos its position, which is opaque
/// @param id the sender's own name for it; empty for what amends a message
/// @param text of a message; of what amends one, what it says
record Seen(long offset, String pos, String type, String client, String id, String text) {
  static Seen of(Json frame) {
    String type = frame.type();
    String text =
        switch (type) {
          case "chat" -> frame.has("deleted") ? "(deleted)" : frame.text("message");
          case "edited" ->
              frame.number("target")
                  + " "
                  + (frame.has("deleted") ? "(deleted)" : frame.text("message"));
          case "deleted" -> "" + frame.number("target");
          case "reaction" ->
              frame.number("target") + " " + frame.text("emoji") + " " + frame.truth("removed");
          default -> throw new AssertionError("not in a room's log: " + frame);
        };
    return new Seen(
        frame.number("offset"),
        frame.text("pos"),
        type,
        frame.text("client"),
        type.equals("chat") ? frame.text("id") : "",
        text);
  }
}
