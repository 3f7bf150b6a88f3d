package dev.tertulia.server.net.http1;

import dev.tertulia.server.metrics.Counter;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.model.CloseReason;

/// The counts of handshakes. Safe for any thread.
public final class HandshakeMeters {
  private static final Metric ACCEPTED =
      Metric.counter(
          "tertulia_handshakes_total",
          "Handshakes that were accepted",
          new Label(
              "kind",
              4,
              "`websocket`, `unidentified` for a WebSocket whose client says later who it is, or"
                  + " `stream` for Server-Sent Events"));
  private static final Metric REFUSED =
      Metric.counter(
          "tertulia_handshakes_refused_total",
          "Handshakes that were refused",
          new Label(
              "cause",
              24,
              "the status of the response (`429` for too many handshakes, `503` for too many"
                  + " connections or a server that stops), or the code of the close frame if the"
                  + " WebSocket was opened only to be told why not"));

  private static final Metric TLS =
      Metric.counter(
          "tertulia_tls_handshakes_total",
          "TLS handshakes that have ended",
          new Label("outcome", 2, "`done` or `failed`"));

  private final Meters meters;
  private final Counter tlsDone;
  private final Counter tlsFailed;
  private final Counter webSockets;
  private final Counter unidentified;
  private final Counter streams;

  public HandshakeMeters(Meters meters) {
    this.meters = meters;
    tlsDone = meters.counter(TLS, "done");
    tlsFailed = meters.counter(TLS, "failed");
    webSockets = meters.counter(ACCEPTED, "websocket");
    unidentified = meters.counter(ACCEPTED, "unidentified");
    streams = meters.counter(ACCEPTED, "stream");
    for (int status : new int[] {400, 401, 403, 429, 503}) {
      meters.counter(REFUSED, String.valueOf(status));
    }
  }

  /// A TLS handshake has ended.
  public void tls(boolean done) {
    (done ? tlsDone : tlsFailed).increment();
  }

  void webSocket() {
    webSockets.increment();
  }

  void unidentified() {
    unidentified.increment();
  }

  void stream() {
    streams.increment();
  }

  /// @param status of the response
  void refused(int status) {
    meters.counter(REFUSED, String.valueOf(status)).increment();
  }

  void closed(CloseReason reason) {
    meters.counter(REFUSED, String.valueOf(reason.code())).increment();
  }
}
