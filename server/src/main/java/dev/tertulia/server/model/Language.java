package dev.tertulia.server.model;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.json.JsonText;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;

/// The language of texts that the server writes for people: refusals, departures, default texts.
public enum Language {
  ES(
      new Words(
          "Anónimo",
          "Sistema",
          "Cliente '%s' se ha desconectado.",
          "Notificación personal.",
          "Notificación de broadcast.",
          "Tipo de mensaje no reconocido.",
          "El mensaje no es un objeto JSON válido.",
          "El campo '%s' contiene JSON fuera de los límites: como máximo %s niveles, números de %s"
              + " caracteres y nombres de %s bytes.",
          "El campo '%s' debe ser texto.",
          "El campo '%s' contiene texto que no es Unicode válido.",
          "El campo '%s' contiene el carácter U+0000, que no se puede almacenar: elimínalo.",
          "El campo '%s' admite %s caracteres como máximo.",
          "El mensaje admite %s bytes como máximo.",
          "El servidor no puede aceptar mensajes en este momento. Inténtalo de nuevo.",
          "Este servidor solo acepta conexiones de su propia máquina: abre la página en localhost o"
              + " 127.0.0.1, sin proxy. Para abrirlo a la red, configura auth.mode: token y"
              + " auth.hs256_secret, o arráncalo con --open-on-network para dejar entrar a"
              + " cualquiera.",
          "No se permiten conexiones de páginas de otro origen. Para permitirlas, arranca el"
              + " servidor con --allow-origin y ese origen.",
          "No se permiten peticiones de páginas de otro sitio. Para permitirlas, arranca el"
              + " servidor con --allow-origin y el origen de la página, y haz la petición con"
              + " fetch.",
          "Este servidor no responde a ese nombre: usa su dirección IP, o arráncalo con"
              + " --allow-host y el nombre.")),
  EN(
      new Words(
          "Anonymous",
          "System",
          "Client '%s' has disconnected.",
          "Personal notification.",
          "Broadcast notification.",
          "Unknown message type.",
          "The message is not a valid JSON object.",
          "The field '%s' contains JSON beyond the limits: at most %s levels, numbers of %s"
              + " characters and names of %s bytes.",
          "The field '%s' must be text.",
          "The field '%s' contains text that is not valid Unicode.",
          "The field '%s' contains the character U+0000, which can't be stored: remove it.",
          "The field '%s' can have at most %s characters.",
          "The message can have at most %s bytes.",
          "The server can't accept messages at the moment. Try again.",
          "This server only accepts connections from its own machine: open the page at localhost or"
              + " 127.0.0.1, without a proxy. To open it to the network, set auth.mode: token and"
              + " auth.hs256_secret, or start it with --open-on-network to let in anyone.",
          "Connections from pages of another origin are not allowed. To allow them, start the"
              + " server with --allow-origin and that origin.",
          "Requests from pages of another site are not allowed. To allow them, start the server"
              + " with --allow-origin and the origin of the page, and make the request with fetch.",
          "This server does not answer to that name: use its IP address, or start it with"
              + " --allow-host and the name."));

  private final Words words;

  Language(Words words) {
    this.words = words;
  }

  /// The texts in this language.
  public Words words() {
    return words;
  }

  /// The texts that the server writes for people, in one language. Those with `%s` are format
  /// strings.
  ///
  /// @param anonymous the sender of a chat message that names none
  /// @param system the sender of messages of the server in a room
  /// @param departed a client has disconnected
  /// @param personalNotification a notification to oneself without a message
  /// @param broadcastNotification a broadcast without a message
  /// @param unknownType an unknown type of message
  /// @param notAnObject not JSON, or not an object
  /// @param outOfBounds JSON beyond the limits of [JsonText]
  /// @param notText a field that is not text
  /// @param notUnicode a field with an unpaired surrogate
  /// @param hasNul a field with U+0000
  /// @param tooLong a field that is too long
  /// @param tooLarge a message that is too large
  /// @param unavailable the journal accepts nothing at the moment
  /// @param loopbackOnly a request from the network, or through a proxy
  /// @param foreignOrigin a request from a page of another origin
  /// @param otherSite a request that a page of another site made without an `Origin`
  /// @param unknownHost a request for a host name that the server does not have
  @Immutable
  public record Words(
      String anonymous,
      String system,
      String departed,
      String personalNotification,
      String broadcastNotification,
      String unknownType,
      String notAnObject,
      String outOfBounds,
      String notText,
      String notUnicode,
      String hasNul,
      String tooLong,
      String tooLarge,
      String unavailable,
      String loopbackOnly,
      String foreignOrigin,
      String otherSite,
      String unknownHost) {
    /// Returns why a text is not allowed in a field; `null` if it is.
    public @Nullable String problemWith(String field, String text) {
      if (!JsonText.isUnicode(text)) {
        return notUnicode.formatted(field);
      }
      return JsonText.isText(text) ? null : hasNul.formatted(field);
    }

    /// Returns why the text of a client is not a message: it is not JSON, or exceeds the limits.
    ///
    /// @param field the field being read
    public String problemWith(String field, JacksonException e) {
      return e instanceof StreamConstraintsException
          ? outOfBounds.formatted(
              field, JsonText.MAX_DEPTH, JsonText.MAX_NUMBER_LENGTH, JsonText.MAX_NAME_BYTES)
          : notAnObject;
    }
  }
}
