package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.LineSource;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.OnlineOperations.Operation;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The routes by which the operator changes what a running server has stored. A response is lines
/// of JSON, one for each step of progress, and a last one that says what came of it. A response
/// without that one was interrupted, because the server ended.
///
/// A client that goes away cancels an import, which then has changed nothing; an erasure goes on,
/// and the same request shows its progress again.
public final class AdminRoutes {
  /// From one line to the next. So long it takes until it is noticed that a client has gone.
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final OnlineOperations operations;
  private final AdminMessages messages;
  private final Field<ClientId> client;
  private final Field<Path> file;

  public AdminRoutes(OnlineOperations operations, Language language) {
    this.operations = operations;
    messages = AdminMessages.of(language);
    client = new Field<>(Name.CLIENT, this::client, ClientId.ERASED);
    file = new Field<>(Name.FILE, this::file, Path.of("/"));
  }

  /// All of them.
  public List<Route> all() {
    return List.of(
        new Route("POST", "/api/v1/admin/erasures", Action.General.ADMINISTER, this::erase),
        new Route("POST", "/api/v1/admin/imports", Action.General.ADMINISTER, this::importLines));
  }

  private Response erase(Call call) {
    return call.withBody(List.of(client), this::erase);
  }

  private Response erase(Fields in) {
    ClientId whom = in.require(client);
    return in.problem() == null ? response(operations.erase(whom)) : Response.problem(in.problem());
  }

  /// Only for the operator on the machine: any file that the server can read is meant.
  private Response importLines(Call call) {
    if (call.principal().kind() != Principal.Kind.OPERATOR) {
      return Response.problem(new Refusal(ErrorCode.FORBIDDEN, messages.operatorOnly()));
    }
    return call.withBody(List.of(file), this::importLines);
  }

  private Response importLines(Fields in) {
    Path what = in.require(file);
    return in.problem() == null
        ? response(operations.importLines(what))
        : Response.problem(in.problem());
  }

  private @Nullable ClientId client(Object value, String name, Fields in) {
    ClientId id =
        value instanceof String text && Identifier.isValid(text) ? new ClientId(text) : null;
    if (id == null || id.isServer()) {
      in.refuse(messages.notAClient());
      return null;
    }
    return id;
  }

  private @Nullable Path file(Object value, String name, Fields in) {
    try {
      if (value instanceof String text && Path.of(text).isAbsolute()) {
        return Path.of(text);
      }
    } catch (InvalidPathException e) {
      // It is refused.
    }
    in.refuse(messages.notAFile());
    return null;
  }

  private Response response(OnlineOperations.Start start) {
    return switch (start) {
      case OnlineOperations.Begun(Operation operation) ->
          Response.lines(out -> writeTo(out, operation));
      case OnlineOperations.Busy(OnlineOperations.Kind kind) -> {
        String why =
            switch (kind) {
              case ERASURE -> messages.erasing();
              case IMPORT -> messages.importing();
            };
        yield Response.problem(
            new Refusal(ErrorCode.CONFLICT, why),
            out -> out.writeStringProperty("busy", kind.name().toLowerCase(Locale.ROOT)));
      }
    };
  }

  private static void writeTo(LineSource.Output out, Operation operation)
      throws IOException, InterruptedException {
    try {
      OnlineOperations.State state = operation.await(Duration.ZERO);
      while (state instanceof OnlineOperations.Working working) {
        out.line(line(working));
        state = operation.await(INTERVAL);
      }
      if (state instanceof OnlineOperations.Stopped) {
        throw new IOException("the server ends");
      }
      out.line(line(state));
    } finally {
      operation.leave();
    }
  }

  private static byte[] line(OnlineOperations.State state) {
    return JsonText.object(out -> {
      switch (state) {
        case OnlineOperations.Working(String what, long done) ->
            out.writeStringProperty("type", "progress")
                .writeStringProperty("what", what)
                .writeNumberProperty("done", done);
        case OnlineOperations.Erased _ -> out.writeStringProperty("type", "erased");
        case OnlineOperations.Imported(ImportReport report) ->
            out.writeStringProperty("type", "imported")
                .writeNumberProperty("topics", report.topics())
                .writeNumberProperty("added", report.added())
                .writeNumberProperty("present", report.present())
                .writeNumberProperty("deleted", report.deleted())
                .writeNumberProperty("older", report.older());
        case OnlineOperations.Failed(String why, boolean damaged) ->
            out.writeStringProperty("type", "failed")
                .writeStringProperty("detail", why)
                .writeBooleanProperty("damaged", damaged);
        case OnlineOperations.Stopped _ -> throw new IllegalStateException("it has no line");
      }
    });
  }
}
