package dev.tertulia.server.protocol.stream;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused streams in one language: the reason, and what to do. Those with `%s` are
/// format strings.
///
/// @param badResume an invalid `after` or `Last-Event-ID`
/// @param notForAStream a request that did not explicitly ask for a stream
/// @param tooManyStreamed more rooms than a stream can have
@Immutable
record StreamMessages(String badResume, String notForAStream, String tooManyStreamed) {
  private static final StreamMessages ES =
      new StreamMessages(
          "'%s' no es el 'id' de un evento de un stream ni, si se pide una sola sala, una"
              + " posición.",
          "Para abrir un stream, envía la cabecera 'Accept: text/event-stream', como hace"
              + " EventSource.",
          "Un stream admite %s salas como máximo. Abre otro stream para las demás.");

  private static final StreamMessages EN =
      new StreamMessages(
          "'%s' is not the 'id' of a stream event nor, for a single room, a position.",
          "Request a stream with the header 'Accept: text/event-stream', as EventSource does.",
          "A stream can have at most %s rooms. Open another stream for the rest.");

  /// The texts in `language`.
  static StreamMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
