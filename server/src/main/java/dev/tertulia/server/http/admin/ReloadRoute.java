package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Fields;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The route by which the operator has a running server read its configuration again.
public final class ReloadRoute {
  private final Supplier<@Nullable ReloadOutcome> reload;
  private final AdminMessages messages;

  /// @param reload reads the configuration and puts it in force, or changes nothing; may block.
  ///   Returns `null` if the server does not know where to read it
  public ReloadRoute(Supplier<@Nullable ReloadOutcome> reload, Language language) {
    this.reload = reload;
    messages = AdminMessages.of(language);
  }

  /// The only one, as a list.
  public List<Route> all() {
    return List.of(
        new Route("POST", "/api/v1/admin/reload", Action.General.ADMINISTER, this::reload));
  }

  private Response reload(Call call) {
    Fields in = call.fields(List.of());
    return in.problem() == null ? response(reload.get()) : Response.problem(in.problem());
  }

  private Response response(@Nullable ReloadOutcome outcome) {
    return switch (outcome) {
      case null -> Response.problem(new Refusal(ErrorCode.UNAVAILABLE, messages.notReloadable()));
      case ReloadOutcome.Reloaded(List<Setting> changed, List<Setting> restart) ->
          Response.json(
              200,
              JsonText.object(out -> {
                write(out, "changed", changed.stream().map(Setting::key).toList());
                write(out, "restart", restart.stream().map(Setting::key).toList());
              }));
      case ReloadOutcome.Refused(List<String> problems) ->
          Response.problem(
              new Refusal(ErrorCode.CONFLICT, messages.notReloaded()),
              out -> write(out, "problems", problems));
    };
  }

  private static void write(JsonGenerator out, String name, List<String> texts) {
    out.writeArrayPropertyStart(name);
    texts.forEach(out::writeString);
    out.writeEndArray();
  }
}
