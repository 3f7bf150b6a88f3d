package dev.tertulia.server.http;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.Refusal;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Problem documents (RFC 9457), with the error code of the protocol as an extension member.
final class Problem {
  private Problem() {}

  static byte[] document(int status, Refusal refusal) {
    return document(status, refusal, out -> {});
  }

  /// A problem document with additional members.
  static byte[] document(int status, Refusal refusal, Consumer<JsonGenerator> more) {
    return JsonText.object(out -> {
      out.writeStringProperty("type", "about:blank")
          .writeStringProperty("title", title(status))
          .writeNumberProperty("status", status)
          .writeStringProperty("code", refusal.code().wireName())
          .writeStringProperty("detail", refusal.message());
      more.accept(out);
    });
  }

  /// The reason phrase of a status, as in RFC 9110.
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
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      default -> throw new IllegalArgumentException("no title for " + status);
    };
  }
}
