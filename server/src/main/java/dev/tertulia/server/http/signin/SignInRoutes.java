package dev.tertulia.server.http.signin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.oidc.SignIn;
import dev.tertulia.server.auth.oidc.SignIn.SignInException;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Cookies;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.AddressMessages;
import dev.tertulia.server.protocol.RawText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Routes with which people sign in with an OpenID Connect provider, and out again. What they get
/// is a cookie, which pages of other sites can't use, and no script can read.
public final class SignInRoutes {
  private static final Logger log = LoggerFactory.getLogger(SignInRoutes.class);

  private final SignIn signIn;
  private final SignIn.Tokens tokens;
  private final Revocations revocations;
  private final Language language;
  private final SignInMessages words;

  /// @param tokens verifies the id tokens of the provider
  /// @param revocations receives the sessions of people who sign out
  public SignInRoutes(
      SignIn signIn, SignIn.Tokens tokens, Revocations revocations, Language language) {
    this.signIn = signIn;
    this.tokens = tokens;
    this.revocations = revocations;
    this.language = language;
    words = SignInMessages.of(language);
  }

  /// The routes.
  public List<Route> all() {
    return List.of(
        new Route("GET", "/sign-in", Action.General.NOTHING, this::begin),
        new Route("GET", "/sign-in/callback", Action.General.NOTHING, this::callback),
        new Route("POST", "/sign-in/end", Action.General.NOTHING, this::end));
  }

  /// Sends the browser to the provider.
  private Response begin(Call call) {
    Map<String, String> query = query(call.request());
    if (query == null) {
      return Response.problem(badQuery());
    }
    try {
      return redirect(signIn.begin(query.getOrDefault("back", "")));
    } catch (SignInException e) {
      return failed(e);
    }
  }

  /// Takes the answer of the provider.
  private Response callback(Call call) {
    Map<String, String> query = query(call.request());
    if (query == null) {
      return Response.problem(badQuery());
    }
    try {
      return redirect(signIn.finish(query, name -> cookie(call.request(), name), tokens));
    } catch (SignInException e) {
      return failed(e);
    }
  }

  /// Ends the session: a copy of its cookie is worth nothing, what it has opened is closed, and the
  /// browser forgets it.
  private Response end(Call call) {
    if (call.request().authentication() instanceof Authentication.Accepted(Principal person)
        && cookie(call.request(), signIn.settings().cookie()) != null) {
      revoke(person);
    }
    return Response.empty(204, Map.of("Cache-Control", "no-store"))
        .with("Set-Cookie", signIn.end());
  }

  private void revoke(Principal person) {
    switch (revocations.signOut(person)) {
      case null -> {
        // A token of an issuer that names none, which ends by itself.
      }
      case Revocations.Result.InForce done ->
          done.stored()
              .thenAccept(stored -> {
                if (!stored) {
                  log.warn(
                      "{} has signed out, which is not stored: after a restart, a copy of that"
                          + " session would be accepted until it expires",
                      person.client());
                }
              });
      case Revocations.Result.Full _, Revocations.Result.Conflict _ ->
          log.warn(
              "{} has signed out, but a copy of that session is accepted until it expires: there"
                  + " are too many revocations. Let sessions be shorter (auth.oidc.session)",
              person.client());
    }
  }

  private Refusal badQuery() {
    return new Refusal(ErrorCode.INVALID, AddressMessages.of(language).badQuery());
  }

  private static Response redirect(SignIn.Step step) {
    return Response.empty(
        303,
        Map.of(
            "Location", step.location(), "Set-Cookie", step.cookie(), "Cache-Control", "no-store"));
  }

  private Response failed(SignInException e) {
    log.warn("A person could not sign in: {}. If nobody can, check auth.oidc", e.getMessage());
    String advice =
        switch (e.advice()) {
          case AGAIN -> words.again();
          case LATER -> words.later();
          case ASK_OPERATOR -> words.ask();
        };
    int status =
        switch (e.advice()) {
          case AGAIN -> 400;
          case LATER -> 503;
          case ASK_OPERATOR -> 403;
        };
    String html =
        """
        <!doctype html>
        <html lang="%s">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark">
        <title>%s</title>
        <h1>%s</h1>
        <p>%s</p>
        <p><a href="%s">%s</a></p>
        """
            .formatted(
                language == Language.ES ? "es" : "en",
                words.title(),
                words.title(),
                advice,
                signIn.settings().page(),
                words.back());
    return new Response(
        status,
        Map.of("Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-store"),
        html.getBytes(StandardCharsets.UTF_8));
  }

  /// The fields of the query; `null` if it is malformed. Of a field that stands there twice, nobody
  /// could say which is meant.
  private static @Nullable Map<String, String> query(Request request) {
    Map<String, String> fields = new HashMap<>();
    for (String field : request.rawQuery().split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        String value = RawText.decode(field.substring(equals + 1).replace("+", "%20"));
        if (value == null || fields.put(field.substring(0, equals), value) != null) {
          return null;
        }
      }
    }
    return fields;
  }

  /// The value of a cookie; of several with one name, the first.
  private static @Nullable String cookie(Request request, String name) {
    // Several header fields are joined by commas, which no cookie of this server contains.
    List<String> values = Cookies.named(name, request.header("Cookie").replace(',', ';'));
    return values.isEmpty() ? null : values.getFirst();
  }
}
