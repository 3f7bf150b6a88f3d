package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Refusal;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Problem documents (RFC 9457), with the code of the protocol as a member of its own.
final class Problem {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private Problem() {}

  static byte[] document(int status, Refusal refusal) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject()
          .writeStringProperty("type", "about:blank")
          .writeStringProperty("title", title(status))
          .writeNumberProperty("status", status)
          .writeStringProperty("code", refusal.code().wireName())
          .writeStringProperty("detail", refusal.message())
          .writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// The phrase that RFC 9110 gives to a status.
  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 401 -> "Unauthorized";
      case 409 -> "Conflict";
      case 415 -> "Unsupported Media Type";
      case 429 -> "Too Many Requests";
      case 408 -> "Request Timeout";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 426 -> "Upgrade Required";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> throw new IllegalArgumentException("no title for " + status);
    };
  }
}
