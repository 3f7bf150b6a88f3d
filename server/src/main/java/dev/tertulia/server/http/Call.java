package dev.tertulia.server.http;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.AddressMessages;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Fields;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A request that matched a route.
///
/// @param path the values of the names in the template of the route
/// @param access who makes the request, and what that client may do
public record Call(
    Request request, Map<String, String> path, Language language, CallAccess access) {
  private static final String CHARSET = "charset=";
  private static final Set<String> ASCII_OR_MORE = Set.of("utf-8", "us-ascii");
  private static final Set<String> TEXT = Set.of("text/plain", "application/x-www-form-urlencoded");

  /// Who makes the request.
  public Principal principal() {
    return access.principal();
  }

  /// Whether its client may see what [Action.General#INSPECT] permits: it is on the machine, or
  /// shows a key.
  public boolean isOfInsider() {
    return request.isLocal()
        || (request.authentication() instanceof Authentication.Accepted(Principal known)
            && access.permissions().check(known, Action.General.INSPECT).isAllowed());
  }

  /// The language that the caller prefers for texts that people read, by its `Accept-Language` (RFC
  /// 9110, section 12.5.4); that of the server if it names none that the server has.
  public Language preferredLanguage() {
    String header = request.header("Accept-Language");
    if (header.isEmpty()) {
      return language;
    }
    try {
      for (Locale.LanguageRange range : Locale.LanguageRange.parse(header)) {
        for (Language known : Language.values()) {
          if (range.getRange().split("-", 2)[0].equalsIgnoreCase(known.name())) {
            return known;
          }
        }
      }
    } catch (IllegalArgumentException e) {
      // Not a list of languages: the same as none.
    }
    return language;
  }

  /// Reads the fields of a request without a body. The client as which the request acts is among
  /// them, and it is checked that it may.
  ///
  /// @param known the fields allowed in the query
  public Fields fields(List<Field<?>> known) {
    CallFields in = fromAddress(known);
    if (request.body().length > 0) {
      in.refuse(AddressMessages.of(language).noBody());
    }
    access.check(in.fields(), known);
    return in.fields();
  }

  /// Answers a request with a body by its fields, with `Idempotency-Key` as its [Field#ID] if it
  /// has one; refuses it if the media type of the body is not supported. The client as which the
  /// request acts is checked as in [#fields].
  ///
  /// @param known the fields allowed in the body, and also in the query; a body of plain text is
  ///   the `message`
  /// @param then answers by the fields, which may have a problem
  public Response withBody(List<Field<?>> known, Function<Fields, Response> then) {
    Fields in = fieldsAndBody(known);
    return in == null
        ? Response.problem(415, HttpMessages.invalid(HttpMessages.of(language).unsupportedType()))
        : then.apply(in);
  }

  /// The fields of a request with a body; `null` if the media type of the body is not supported.
  private @Nullable Fields fieldsAndBody(List<Field<?>> known) {
    CallFields in = fromAddress(known);
    String type = type();
    if (type.equals("application/json")) {
      in.fromJson(request.body());
    } else if (TEXT.contains(type) && known.stream().anyMatch(Call::isMessage)) {
      // `curl -d` declares its body as a form, but it is plain text.
      in.fromText(request.body());
    } else {
      return null;
    }
    String key = request.headers().get("Idempotency-Key");
    if (key != null && known.contains(Field.ID)) {
      in.fromKey(key);
    }
    access.check(in.fields(), known);
    return in.fields();
  }

  private static boolean isMessage(Field<?> field) {
    return field.name() == Field.Name.MESSAGE;
  }

  private CallFields fromAddress(List<Field<?>> known) {
    CallFields in = new CallFields(language, known);
    path.forEach(in::fromPath);
    in.fromQuery(request.rawQuery());
    return in;
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
