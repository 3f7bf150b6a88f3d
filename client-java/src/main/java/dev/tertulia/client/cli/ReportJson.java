package dev.tertulia.client.cli;

import dev.tertulia.client.load.LoadPlan;
import dev.tertulia.client.load.LoadReport;
import dev.tertulia.client.load.LoadReport.ServerUse;
import dev.tertulia.client.load.Printable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// A report as one JSON object, on one line. All fields are always present; unknown values are
/// `null`.
final class ReportJson {
  private static final int DIGITS = 4;

  private ReportJson() {}

  static String of(LoadReport report) {
    LoadPlan plan = report.plan();
    boolean closedLoop = plan.pace().isClosedLoop();
    ServerUse server = report.server();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("url", plan.target().url());
    fields.put("connections", plan.crowd().connections());
    fields.put("opened", report.opened());
    fields.put("refused", report.refused());
    fields.put("closed", report.closed());
    fields.put("connect_seconds", report.connectSeconds());
    fields.put("connect_p99_ms", report.connectP99Millis());
    fields.put("slow_readers", plan.crowd().slowReaders());
    fields.put("slow_readers_closed", report.slowClosed());
    fields.put("senders", plan.pace().senders());
    fields.put("rate", closedLoop ? null : plan.pace().rate());
    fields.put("window", closedLoop ? plan.pace().window() : null);
    fields.put("seconds", report.seconds());
    fields.put("sent", report.sent());
    fields.put("held_back", report.heldBack());
    fields.put("expected", report.expected());
    fields.put("delivered", report.delivered());
    fields.put("lost", report.lost());
    fields.put("surplus", report.surplus());
    fields.put("deliveries_per_second", report.deliveriesPerSecond());
    fields.put("p50_ms", known(report.millis(50)));
    fields.put("p90_ms", known(report.millis(90)));
    fields.put("p99_ms", known(report.millis(99)));
    fields.put("p999_ms", known(report.millis(99.9)));
    fields.put("max_ms", known(report.millis(100)));
    fields.put("late_ms", report.lateMillis());
    fields.put("cpu_us_per_delivery", known(report.cpuMicrosPerDelivery()));
    fields.put("cpu_cores", server == null ? null : server.cores());
    fields.put("rss_kb_before", server == null ? null : server.rssBeforeKb());
    fields.put("rss_kb_after", server == null ? null : server.rssAfterKb());
    fields.put("rss_kb_per_connection", known(report.rssKbPerConnection()));
    fields.put("pids", server == null ? List.of() : server.pids());
    fields.put("generator_cpu_cores", report.generatorCores());
    StringJoiner object = new StringJoiner(",", "{", "}");
    fields.forEach((name, value) -> object.add('"' + name + "\":" + text(value)));
    return object.toString();
  }

  private static @Nullable Object known(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> quoted(text);
      case Double number ->
          BigDecimal.valueOf(number)
              .setScale(DIGITS, RoundingMode.HALF_UP)
              .stripTrailingZeros()
              .toPlainString();
      case List<?> list -> list.toString();
      default -> value.toString();
    };
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (Printable.isUnfit(c)) {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
