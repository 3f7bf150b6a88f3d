package dev.tertulia.server.net;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The compression that a handshake has agreed on: permessage-deflate (RFC 7692, section 7).
///
/// Neither side keeps a context from one message to the next, which this server answers whether or
/// not the client asked for it.
///
/// @param serverWindow what the client wants to bound this server's window to, in bits; absent if
///   it takes any
record PerMessageDeflate(Optional<String> serverWindow) {
  private static final String NAME = "permessage-deflate";
  private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
  private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
  private static final String SERVER_WINDOW = "server_max_window_bits";
  private static final String CLIENT_WINDOW = "client_max_window_bits";
  private static final Set<String> PARAMETERS =
      Set.of(SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT, SERVER_WINDOW, CLIENT_WINDOW);

  /// As a number is written there: 8 to 15, without a zero before it.
  private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

  /// The window that `java.util.zip` compresses with, in bits; it knows no other.
  private static final String OWN_WINDOW = "15";

  /// Chooses the first offer that is one of this extension and has nothing in it that isn't known.
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

  /// Whether what goes to the client may be compressed. A window smaller than ours is agreed to and
  /// then kept by not compressing, as the RFC allows for any message.
  boolean compressesForClient() {
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

  /// Whether the value of parameter `name` is a window, if there is one.
  private static boolean isWindow(Map<String, Optional<String>> parameters, String name) {
    return parameters
        .getOrDefault(name, Optional.empty())
        .map(bits -> WINDOW_BITS.matcher(bits).matches())
        .orElse(true);
  }
}
