package dev.tertulia.server.cluster;

import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.notification.SendRecord;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.SentReport;

/// What the connections of a client were sent, as nodes tell each other.
final class SentReports {
  private SentReports() {}

  /// The report of a node.
  ///
  /// @param history with times relative to now, which are not positive
  static SentReport of(Origin origin, long question, NodeName to, SendHistory history) {
    return new SentReport(
        origin,
        question,
        to,
        -history.since(),
        history.all().stream().map(SentReports::sent).toList());
  }

  private static SentReport.Sent sent(SendRecord one) {
    return new SentReport.Sent(
        one.connection(),
        one.speaks(),
        one.device() == null ? "" : one.device(),
        -one.began(),
        one.ended() == null ? -1 : -one.ended(),
        one.personal(),
        one.broadcasts());
  }

  /// What a node has reported.
  ///
  /// @param unixMillis the current time
  static SendHistory history(SentReport report, long unixMillis) {
    return new SendHistory(
        report.connections().stream().map(sent -> record(sent, unixMillis)).toList(),
        unixMillis - report.age());
  }

  private static SendRecord record(SentReport.Sent sent, long unixMillis) {
    return new SendRecord(
        sent.name(),
        sent.speaks(),
        sent.device().isEmpty() ? null : sent.device(),
        unixMillis - sent.age(),
        sent.ended() < 0 ? null : Long.valueOf(unixMillis - sent.ended()),
        sent.personal(),
        sent.broadcasts());
  }
}
