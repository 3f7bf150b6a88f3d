package dev.tertulia.server.http;

import dev.tertulia.server.http.api.ApiFields;
import dev.tertulia.server.http.api.ApiMessages;
import dev.tertulia.server.model.Language;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request that matched a route.
///
/// @param path the values of the names in the template of the route
public record Call(Request request, Map<String, String> path, Language language) {
  private static final String CHARSET = "charset=";
  private static final Set<String> ASCII_OR_MORE = Set.of("utf-8", "us-ascii");
  private static final Set<String> TEXT = Set.of("text/plain", "application/x-www-form-urlencoded");

  /// Reads the fields of a request without a body.
  ///
  /// @param known the fields allowed in the query
  /// @param numbers those fields that are integers
  public ApiFields fields(Set<String> known, Set<String> numbers) {
    ApiFields fields = fromAddress(known, numbers);
    if (request.body().length > 0) {
      fields.refuse(ApiMessages.of(language).noBody());
    }
    return fields;
  }

  /// Reads the fields of a request with a body.
  ///
  /// @param known the fields allowed in the body, and also in the query
  /// @param numbers those fields that are integers
  /// @return `null` if the media type of the body is not supported
  public @Nullable ApiFields fieldsAndBody(Set<String> known, Set<String> numbers) {
    ApiFields fields = fromAddress(known, numbers);
    String type = type();
    if (type.equals("application/json")) {
      fields.fromJson(request.body());
    } else if (TEXT.contains(type)) {
      // `curl -d` declares its body as a form, but it is plain text.
      fields.fromText(request.body());
    } else {
      return null;
    }
    String key = request.headers().get("Idempotency-Key");
    if (key != null) {
      fields.fromKey(key);
    }
    return fields;
  }

  private ApiFields fromAddress(Set<String> known, Set<String> numbers) {
    ApiFields fields = new ApiFields(language, known, numbers);
    path.forEach(fields::fromPath);
    if (!request.rawQuery().isEmpty()) {
      for (String field : request.rawQuery().split("&", -1)) {
        int equals = field.indexOf('=');
        String name = equals < 0 ? null : RawText.decode(field.substring(0, equals));
        String value = equals < 0 ? null : RawText.decode(field.substring(equals + 1));
        if (equals < 0 || RawText.hasBadPercent(field)) {
          fields.refuse(ApiMessages.of(language).badQuery());
        } else if (name == null || value == null) {
          fields.refuse(ApiMessages.of(language).addressNotUtf8());
        } else {
          fields.fromQuery(name, value);
        }
      }
    }
    return fields;
  }

  /// The media type of the body if it is UTF-8 and has no content encoding; empty otherwise.
  private String type() {
    String encoding = request.header("Content-Encoding").strip();
    if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
      return "";
    }
    String[] parts = request.header("Content-Type").toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith(CHARSET)
          && !ASCII_OR_MORE.contains(parameter.substring(CHARSET.length()).replace("\"", ""))) {
        return "";
      }
    }
    return parts[0].strip();
  }
}
