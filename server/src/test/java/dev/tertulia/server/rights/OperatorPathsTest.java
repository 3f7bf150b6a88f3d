package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// No spelling of the path of an operator's route, and no way around by a path that is open to
/// anybody, gets past the check of the key.
final class OperatorPathsTest {
  private static final List<UnaryOperator<String>> SPELLINGS =
      List.of(
          path -> path,
          path -> path + "/",
          path -> path + "//",
          path -> path + "?",
          path -> path + "#",
          path -> path + ";x=y",
          path -> path + "%3f",
          path -> path + "%20",
          path -> path + "%00",
          path -> path + ".json",
          path -> path + "/.",
          path -> path + "/x/..",
          path -> "/" + path,
          path -> "/." + path,
          path -> "/x/.." + path,
          path -> "/static" + path,
          path -> "/static/.." + path,
          path -> "/static/%2e%2e" + path,
          path -> "/static/..%2f" + path.substring(1),
          path -> "/static/..%5c" + path.substring(1),
          path -> "/docs/.." + path,
          path -> "/health/live/../.." + path,
          path -> "/api/v1/rooms/hall/../../../.." + path,
          path -> path.replace("/v1/", "/v1/rooms/../"),
          path -> path.replace("/v1/", "/v1/%2e/"),
          path -> path.replace("/v1/", "/v1//"),
          path -> path.replace("/v1/", "/V1/"),
          path -> path.replace("/v1/", "/v1%2f"),
          path -> path.replace("/v1/", "/v1\\"),
          path -> path.replace("a", "%61"),
          path -> path.replace("a", "%2561"),
          path -> path.replace("a", "\uff41"),
          path -> path.replace("/api", "/API"),
          path -> "http://127.0.0.1" + path,
          path -> "http://localhost@127.0.0.1" + path,
          path -> "//127.0.0.1" + path);

  @Test
  void noneIsOpenToAClient() {
    try (TestServer server = TestServer.start(TestTokens.settings());
        Caller operator = Caller.backend(server)) {
      String before = operator.get("/api/v1/admin/keys").body();
      List<Route> routes =
          server.server().routeTable().stream()
              .filter(route -> route.need() == Action.General.ADMINISTER)
              .toList();
      assertThat(routes).hasSizeGreaterThan(5);
      for (String credentials :
          List.of("", "Authorization: Bearer " + TestTokens.of("mallory") + "\r\n")) {
        for (Route route : routes) {
          String path =
              route.template().replaceAll("\\{name}", "backend").replaceAll("\\{\\w+}", "ana");
          for (UnaryOperator<String> spelling : SPELLINGS) {
            Attempts.Http request =
                new Attempts.Http(route.method(), spelling.apply(path), credentials, null);
            try (Attacker attacker = Attacker.connect(server.port())) {
              assertThat(attacker.ask(request, server.port()).status())
                  .as(request.toString())
                  .isIn(400, 401, 403, 404, 405);
            }
          }
        }
      }
      assertThat(withoutUse(operator.get("/api/v1/admin/keys").body()))
          .isEqualTo(withoutUse(before));
    }
  }

  private static String withoutUse(String keys) {
    return keys.replaceAll(",\"used\":\\d+", "");
  }
}
