package dev.tertulia.client.cli;

import dev.tertulia.client.load.LoadPlan;
import dev.tertulia.client.load.LoadReport;
import dev.tertulia.client.load.LoadReport.ServerUse;
import dev.tertulia.client.load.Target;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/// A report as one JSON object, on one line. All fields are always present; unknown values are
/// `null`.
final class ReportJson {
  private static final int DIGITS = 4;

  /// Escapes everything but ASCII, because the object may be printed to a terminal.
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private ReportJson() {}

  static String of(LoadReport report) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      out.writeStartObject();
      write(report, out);
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void write(LoadReport report, JsonGenerator out) {
    LoadPlan plan = report.plan();
    boolean closedLoop = plan.pace().isClosedLoop();
    ServerUse server = report.server();
    out.writeStringProperty(
        "url", plan.targets().stream().map(Target::url).collect(Collectors.joining(" ")));
    number(out, "connections", plan.crowd().connections());
    number(out, "opened", report.opened());
    number(out, "refused", report.refused());
    number(out, "closed", report.closed());
    number(out, "connect_seconds", report.connectSeconds());
    number(out, "connect_p99_ms", report.connectP99Millis());
    number(out, "slow_readers", plan.crowd().slowReaders());
    number(out, "slow_readers_closed", report.slowClosed());
    number(out, "senders", plan.pace().senders());
    number(out, "rate", closedLoop ? null : plan.pace().rate());
    number(out, "window", closedLoop ? plan.pace().window() : null);
    number(out, "seconds", report.seconds());
    number(out, "sent", report.sent());
    number(out, "held_back", report.heldBack());
    number(out, "expected", report.expected());
    number(out, "delivered", report.delivered());
    number(out, "lost", report.lost());
    number(out, "surplus", report.surplus());
    number(out, "deliveries_per_second", report.deliveriesPerSecond());
    number(out, "p50_ms", report.millis(50));
    number(out, "p90_ms", report.millis(90));
    number(out, "p99_ms", report.millis(99));
    number(out, "p999_ms", report.millis(99.9));
    number(out, "max_ms", report.millis(100));
    number(out, "late_ms", report.lateMillis());
    number(out, "cpu_us_per_delivery", report.cpuMicrosPerDelivery());
    number(out, "cpu_cores", server == null ? null : server.cores());
    number(out, "rss_kb_before", server == null ? null : server.rssBeforeKb());
    number(out, "rss_kb_after", server == null ? null : server.rssAfterKb());
    number(out, "rss_kb_per_connection", report.rssKbPerConnection());
    out.writeArrayPropertyStart("pids");
    (server == null ? List.<Long>of() : server.pids()).forEach(out::writeNumber);
    out.writeEndArray();
    number(out, "generator_cpu_cores", report.generatorCores());
  }

  private static void number(JsonGenerator out, String name, OptionalDouble value) {
    number(out, name, value.isPresent() ? value.getAsDouble() : null);
  }

  /// Writes a number with at most [#DIGITS] decimals.
  private static void number(JsonGenerator out, String name, @Nullable Number value) {
    out.writeName(name);
    switch (value) {
      case null -> out.writeNull();
      case Double number ->
          out.writeNumber(
              BigDecimal.valueOf(number)
                  .setScale(DIGITS, RoundingMode.HALF_UP)
                  .stripTrailingZeros()
                  .toPlainString());
      default -> out.writeNumber(value.longValue());
    }
  }
}
