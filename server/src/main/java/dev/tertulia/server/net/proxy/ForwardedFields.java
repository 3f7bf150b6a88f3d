package dev.tertulia.server.net.proxy;

import dev.tertulia.server.model.AddressRange;
import dev.tertulia.server.model.DecimalText;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads what trusted proxies say of the client: `Forwarded` (RFC 7239) and `X-Forwarded-For`,
/// `-Proto` and `-Host`.
///
/// Each proxy appends to what it has received, and a client may send anything. So the fields are
/// read from the right: the last entry is that of the proxy that is connected; as long as an entry
/// names another trusted proxy, the one before it counts. An entry that names no address ends this.
/// Entries are separated before they are parsed, so that a quote that a client has opened can't
/// swallow the entry of the proxy.
public final class ForwardedFields {
  /// The maximum number of proxies in a row.
  static final int MAX_HOPS = 32;

  private static final String FORWARDED = "Forwarded";
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String HOST = "X-Forwarded-Host";

  private ForwardedFields() {}

  /// The sender of a request.
  ///
  /// @param peer the address that is connected
  /// @param secure whether the connection uses TLS
  /// @return `null` if a trusted proxy has sent both kinds of fields, and they name different
  ///   clients: one of them is the client's own invention, and nobody knows which
  public static @Nullable Sender sender(
      HttpHeaders headers, InetAddress peer, boolean secure, TrustedProxies trusted) {
    if (!trusted.contains(peer)) {
      return new Sender(peer, true, secure, null);
    }
    String forwarded = all(headers, FORWARDED);
    String forwardedFor = all(headers, FOR);
    Hop standard = forwarded == null ? null : client(forwarded, peer, trusted, true);
    Hop common = forwardedFor == null ? null : client(forwardedFor, peer, trusted, false);
    if (standard != null && common != null && !standard.isSame(common)) {
      return null;
    }
    Hop hop = common == null ? standard : common;
    Element nearest = forwarded == null ? Element.NONE : Element.of(last(forwarded));
    String proto = last(all(headers, PROTO), nearest.proto);
    String host = last(all(headers, HOST), nearest.host);
    boolean over = proto == null ? secure : proto.equalsIgnoreCase("https");
    return hop == null
        ? new Sender(peer, false, over, host)
        : new Sender(hop.address, hop.isKnown, over, host);
  }

  /// The client of which a field tells.
  private record Hop(InetAddress address, boolean isKnown) {
    boolean isSame(Hop other) {
      return isKnown == other.isKnown && address.equals(other.address);
    }
  }

  private static Hop client(
      String field, InetAddress peer, TrustedProxies trusted, boolean standard) {
    InetAddress address = peer;
    int end = field.length();
    for (int hops = 0; hops < MAX_HOPS; hops++) {
      int comma = field.lastIndexOf(',', end - 1);
      String element = field.substring(comma + 1, end);
      InetAddress before = address(standard ? Element.of(element).client : element.strip());
      if (before == null) {
        return new Hop(address, false);
      }
      address = before;
      if (comma <= 0 || !trusted.contains(address)) {
        return new Hop(address, true);
      }
      end = comma;
    }
    return new Hop(address, false);
  }

  /// An element of `Forwarded`, as far as it is of interest.
  private record Element(@Nullable String client, @Nullable String proto, @Nullable String host) {
    static final Element NONE = new Element(null, null, null);

    static Element of(String text) {
      String client = null;
      String proto = null;
      String host = null;
      for (String pair : text.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals >= 0) {
          String value = unquoted(pair.substring(equals + 1).strip());
          switch (pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
            case "for" -> client = value;
            case "proto" -> proto = value;
            case "host" -> host = value;
            default -> {}
          }
        }
      }
      return new Element(client, proto, host);
    }
  }

  /// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
  /// `[2001:db8::1]`, `[2001:db8::1]:80`.
  ///
  /// @return `null` if it is none of these, such as `unknown` or `_hidden`
  static @Nullable InetAddress address(@Nullable String text) {
    if (text == null) {
      return null;
    }
    if (text.startsWith("[")) {
      int bracket = text.indexOf(']');
      boolean fits = bracket > 0 && (bracket == text.length() - 1 || isPort(text, bracket + 1));
      // Brackets are for IPv6 only.
      int colon = text.indexOf(':');
      return fits && colon >= 0 && colon < bracket
          ? AddressRange.address(text.substring(1, bracket))
          : null;
    }
    int colon = text.indexOf(':');
    boolean hasPort = colon >= 0 && colon == text.lastIndexOf(':');
    if (hasPort && !isPort(text, colon)) {
      return null;
    }
    return AddressRange.address(hasPort ? text.substring(0, colon) : text);
  }

  private static boolean isPort(String text, int colon) {
    return text.charAt(colon) == ':' && DecimalText.isNumber(text.substring(colon + 1), 5);
  }

  private static String unquoted(String text) {
    return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static @Nullable String all(HttpHeaders headers, String name) {
    List<String> values = headers.getAll(name);
    return values.isEmpty() ? null : String.join(",", values);
  }

  private static @Nullable String last(@Nullable String list, @Nullable String or) {
    return list == null ? or : last(list).strip();
  }

  private static String last(String list) {
    return list.substring(list.lastIndexOf(',') + 1);
  }
}
