package dev.tertulia.server.http.api;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.metrics.Exposition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `GET /metrics`, for Prometheus and what reads its formats.
public final class MetricsRoute {
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private final Exposition exposition;

  public MetricsRoute(Exposition exposition) {
    this.exposition = exposition;
  }

  public List<Route> all() {
    return List.of(new Route("GET", "/metrics", Action.General.METER, this::metrics));
  }

  private Response metrics(Call call) {
    String format =
        prefersOpenMetrics(call.request().header("Accept"))
            ? Exposition.OPEN_METRICS
            : Exposition.TEXT;
    return new Response(
        200,
        Map.of("Content-Type", format, "Cache-Control", "no-store", "Vary", "Accept"),
        exposition.in(format).getBytes(StandardCharsets.UTF_8));
  }

  /// Whether OpenMetrics is asked for, and not less than plain text. What says that is sent by
  /// programs; others get text.
  private static boolean prefersOpenMetrics(String accept) {
    double open = 0;
    double text = 0;
    for (String range : accept.split(",", -1)) {
      String[] parts = range.trim().toLowerCase(Locale.ROOT).split(";", -1);
      double quality = 1;
      for (int i = 1; i < parts.length; i++) {
        String parameter = parts[i].trim();
        if (parameter.startsWith("q=")) {
          quality = number(parameter.substring(2));
        }
      }
      switch (parts[0].trim()) {
        case OPEN_METRICS -> open = Math.max(open, quality);
        case "text/plain" -> text = Math.max(text, quality);
        default -> {
          // No format that is spoken here.
        }
      }
    }
    return open > 0 && open >= text;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
