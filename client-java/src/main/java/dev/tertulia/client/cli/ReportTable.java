package dev.tertulia.client.cli;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.tertulia.client.load.LoadPlan;
import dev.tertulia.client.load.LoadReport;
import dev.tertulia.client.load.LoadReport.ServerUse;
import java.util.Locale;

/// A report for people: a few lines of figures, and below them notes on how far they can be
/// trusted.
final class ReportTable {
  private static final double LATE_MILLIS = 5;

  private final StringBuilder text = new StringBuilder();

  private ReportTable() {}

  static String of(LoadReport report) {
    ReportTable table = new ReportTable();
    table.connections(report);
    table.messages(report);
    table.processes(report);
    table.notes(report);
    return table.text.toString();
  }

  private void connections(LoadReport report) {
    row(
        "connections",
        "%,d of %,d ready in %.2f s, 99 %% of them within %.1f ms each",
        report.opened(),
        report.plan().crowd().connections(),
        report.connectSeconds(),
        report.connectP99Millis());
    if (report.refused() > 0) {
      row("refused", "%,d: %s", report.refused(), report.refusals());
    }
    if (report.closed() > 0) {
      row("closed", "%,d: %s", report.closed(), report.endings());
    }
    int slow = report.plan().crowd().slowReaders();
    if (slow > 0) {
      row("slow readers", "%,d, of which the server has closed %,d", slow, report.slowClosed());
    }
  }

  private void messages(LoadReport report) {
    LoadPlan plan = report.plan();
    if (!plan.pace().sends()) {
      return;
    }
    row(
        "sent",
        "%,d messages by %,d senders in %s s%s",
        report.sent(),
        plan.pace().senders(),
        seconds(report.seconds()),
        plan.pace().isClosedLoop()
            ? String.format(Locale.ROOT, ", %,d of each in flight", plan.pace().window())
            : "");
    row(
        "delivered",
        "%,d of %,d, %,.0f a second",
        report.delivered(),
        report.expected(),
        report.deliveriesPerSecond());
    row("lost", "%,d", report.lost());
    if (report.surplus() > 0) {
      row("surplus", "%,d deliveries more than expected; is --expect right?", report.surplus());
    }
    if (report.latency().getTotalCount() > 0) {
      row(
          "latency, ms",
          "p50 %.2f   p90 %.2f   p99 %.2f   p99.9 %.2f   max %.2f",
          report.millis(50).orElseThrow(),
          report.millis(90).orElseThrow(),
          report.millis(99).orElseThrow(),
          report.millis(99.9).orElseThrow(),
          report.millis(100).orElseThrow());
    }
  }

  private void processes(LoadReport report) {
    ServerUse server = report.server();
    if (server != null) {
      row(
          "server",
          "%.2f cores%s, pid %s",
          server.cores(),
          report.cpuMicrosPerDelivery().isPresent()
              ? String.format(
                  Locale.ROOT, ", %.2f µs a delivery", report.cpuMicrosPerDelivery().getAsDouble())
              : "",
          server.pids().toString().replaceAll("[\\[\\]]", ""));
      row(
          "its memory",
          "%,d KiB before, %,d KiB with the connections: %.1f KiB each",
          server.rssBeforeKb(),
          server.rssAfterKb(),
          report.rssKbPerConnection().orElse(0));
    }
    row(
        "generator",
        "%.2f cores, at worst %.2f ms late",
        report.generatorCores(),
        report.lateMillis());
  }

  private void notes(LoadReport report) {
    if (report.server() == null) {
      note(
          "The server's process was not found, so its CPU time and memory are unknown: give"
              + " --pid.");
    }
    if (report.lateMillis() > LATE_MILLIS) {
      note(
          "The generator itself was late, so it may be the limit instead of the server. Give it a"
              + " core of its own (taskset), or more --threads.");
    }
    if (report.heldBack() > 0) {
      note(
          "%,d messages waited because the server had not read the ones before.",
          report.heldBack());
    }
  }

  private static String seconds(double seconds) {
    return seconds == Math.rint(seconds)
        ? String.format(Locale.ROOT, "%.0f", seconds)
        : String.format(Locale.ROOT, "%.3f", seconds);
  }

  @FormatMethod
  private void row(String name, @FormatString String format, Object... values) {
    text.append(String.format(Locale.ROOT, "%-13s", name))
        .append(String.format(Locale.ROOT, format, values))
        .append('\n');
  }

  @FormatMethod
  private void note(@FormatString String format, Object... values) {
    text.append("  ").append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
