package dev.tertulia.server.http.signin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import org.jspecify.annotations.Nullable;

/// The route by which the page of a server that needs tokens learns who has signed in, and how else
/// one gets in.
///
/// @param provider the name of the provider with which people sign in; `null` for none
/// @param anonymous whether clients are let in that show nothing
public record WaysInRoute(@Nullable String provider, boolean anonymous) {
  /// The route.
  public Route route() {
    return new Route("GET", "/sign-in/session", Action.General.NOTHING, this::session);
  }

  private Response session(Call call) {
    Principal person =
        call.request().authentication() instanceof Authentication.Accepted accepted
            ? accepted.principal()
            : null;
    return Response.json(
        200,
        JsonText.object(out -> {
          if (provider != null) {
            out.writeStringProperty("provider", provider);
          }
          out.writeBooleanProperty("anonymous", anonymous);
          if (person != null) {
            out.writeStringProperty("client", person.client().value());
            if (person.claims().name() != null) {
              out.writeStringProperty("name", person.claims().name());
            }
            if (person.expiry() != null) {
              out.writeNumberProperty("expires", person.expiry().toEpochMilli());
            }
          }
        }));
  }
}
