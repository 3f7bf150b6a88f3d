package dev.tertulia.server.net.websocket;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The compression negotiated by a handshake: permessage-deflate (RFC 7692, section 7).
///
/// Neither side keeps a context between messages; the server answers so whether or not the client
/// requested it.
///
/// @param serverWindow the maximum window of the server requested by the client, in bits; absent
///   for no limit
public record PerMessageDeflate(Optional<String> serverWindow) {
  private static final String NAME = "permessage-deflate";
  private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
  private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
  private static final String SERVER_WINDOW = "server_max_window_bits";
  private static final String CLIENT_WINDOW = "client_max_window_bits";
  private static final Set<String> PARAMETERS =
      Set.of(SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT, SERVER_WINDOW, CLIENT_WINDOW);

  /// The syntax of the parameter: 8 to 15, without a leading zero.
  private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

  /// The only window size that `java.util.zip` uses, in bits.
  private static final String OWN_WINDOW = "15";

  /// Selects the first offer of this extension without unknown parameters.
  ///
  /// @return `null` if there is none
  static @Nullable PerMessageDeflate choose(List<ExtensionOffer> offers) {
    for (ExtensionOffer offer : offers) {
      if (offer.name().equals(NAME) && offer.sound() && isAcceptable(offer.parameters())) {
        return new PerMessageDeflate(
            offer.parameters().getOrDefault(SERVER_WINDOW, Optional.empty()));
      }
    }
    return null;
  }

  /// Whether messages to the client may be compressed. A smaller window than ours is agreed to and
  /// then respected by not compressing, which the RFC allows for any message.
  public boolean compressesForClient() {
    return serverWindow.isEmpty() || serverWindow.get().equals(OWN_WINDOW);
  }

  /// The value of `Sec-WebSocket-Extensions` in the answer.
  String answer() {
    String answer = NAME + "; " + SERVER_NO_CONTEXT + "; " + CLIENT_NO_CONTEXT;
    return serverWindow.map(bits -> answer + "; " + SERVER_WINDOW + "=" + bits).orElse(answer);
  }

  private static boolean isAcceptable(Map<String, Optional<String>> parameters) {
    return PARAMETERS.containsAll(parameters.keySet())
        && !hasValue(parameters, SERVER_NO_CONTEXT)
        && !hasValue(parameters, CLIENT_NO_CONTEXT)
        && (!parameters.containsKey(SERVER_WINDOW) || hasValue(parameters, SERVER_WINDOW))
        && isWindow(parameters, SERVER_WINDOW)
        && isWindow(parameters, CLIENT_WINDOW);
  }

  private static boolean hasValue(Map<String, Optional<String>> parameters, String name) {
    return parameters.getOrDefault(name, Optional.empty()).isPresent();
  }

  /// Whether the value of parameter `name` is a valid window, if it has one.
  private static boolean isWindow(Map<String, Optional<String>> parameters, String name) {
    return parameters
        .getOrDefault(name, Optional.empty())
        .map(bits -> WINDOW_BITS.matcher(bits).matches())
        .orElse(true);
  }
}
