package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.key.OperatorSessions;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import java.util.List;
import java.util.Map;

/// Routes by which the operator on the machine opens the operator's page in a browser: a command
/// asks for a code, and the page opens a session with it.
public final class SessionRoutes {
  private static final Field<String> CODE = Field.text(Name.CODE);

  private final OperatorSessions sessions;
  private final AdminMessages messages;

  public SessionRoutes(OperatorSessions sessions, Language language) {
    this.sessions = sessions;
    messages = AdminMessages.of(language);
  }

  /// All of them.
  public List<Route> all() {
    return List.of(
        new Route("POST", "/api/v1/admin/codes", Action.General.ADMINISTER, this::code),
        new Route("DELETE", "/api/v1/admin/session", Action.General.ADMINISTER, this::end),
        new Route("POST", "/admin/session", Action.General.NOTHING, this::open));
  }

  /// Only for the one who can read the operator's key: a session can't open further ones.
  private Response code(Call call) {
    Fields in = call.fields(List.of());
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Principal principal = call.principal();
    if (principal.kind() != Principal.Kind.OPERATOR || principal.expiry() != null) {
      return Response.problem(new Refusal(ErrorCode.FORBIDDEN, messages.codeForOperator()));
    }
    return made("code", sessions.code());
  }

  private Response open(Call call) {
    return call.withBody(List.of(CODE), in -> open(call, in));
  }

  private Response open(Call call, Fields in) {
    String code = in.require(CODE);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    if (!call.request().isLocal()) {
      return Response.problem(new Refusal(ErrorCode.FORBIDDEN, messages.codeElsewhere()));
    }
    OperatorSessions.Made session = sessions.open(code);
    return session == null
        ? Response.problem(new Refusal(ErrorCode.UNAUTHORIZED, messages.badCode()))
        : made("key", session);
  }

  /// Ends the session whose key the request shows; a key of another kind stays in force.
  private Response end(Call call) {
    Fields in = call.fields(List.of());
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    String key = Credentials.bearer(call.request().header("Authorization"));
    if (key != null) {
      sessions.end(key);
    }
    return Response.empty(204, Map.of("Cache-Control", "no-store"));
  }

  private static Response made(String name, OperatorSessions.Made made) {
    return Response.json(
        201,
        JsonText.object(out ->
            out.writeStringProperty(name, made.text())
                .writeNumberProperty("expires", made.expiry().toEpochMilli())));
  }
}
