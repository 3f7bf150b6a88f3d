package dev.tertulia.server;

import dev.tertulia.server.config.LimitsConfig;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.net.loop.RequestRates;

/// The rates of the configuration, with their bursts.
final class ConfiguredRates {
  private ConfiguredRates() {}

  /// Messages of one connection.
  static Rate messages(LimitsConfig limits) {
    return new Rate(limits.messagesPerSecond(), limits.burst());
  }

  /// Bytes of messages or request bodies of one connection.
  static Rate bytes(LimitsConfig limits) {
    return new Rate(limits.work().bytesPerSecond(), limits.work().burstBytes());
  }

  /// What all connections of a client may do together: at least what one of them may.
  static ClientRates.Rates ofClients(LimitsConfig limits) {
    LimitsConfig.PerClient client = limits.perClient();
    return new ClientRates.Rates(
        rate(client.messages(), 10).atLeast(messages(limits)),
        rate(client.bytes(), 4).atLeast(bytes(limits)),
        rate(client.notifications(), 20),
        rate(client.joins(), 50),
        rate(client.queries(), 10));
  }

  /// Requests of one connection and of one address.
  static RequestRates.Rates ofRequests(LimitsConfig limits) {
    LimitsConfig.Work work = limits.work();
    return new RequestRates.Rates(
        rate(work.requestsPerSecond(), 5),
        bytes(limits),
        rate(work.requestsPerSecondPerAddress(), 10),
        rate(work.handshakesPerSecondPerAddress(), 10));
  }

  private static Rate rate(int perSecond, long burst) {
    return new Rate(perSecond, burst * perSecond);
  }
}
