package dev.tertulia.server.net.websocket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An extension that a client offers in its handshake (RFC 6455, section 9.1).
///
/// @param parameters by name; empty where a parameter has no value
/// @param sound whether each parameter appears once, with no value or a token
record ExtensionOffer(String name, Map<String, Optional<String>> parameters, boolean sound) {
  private static final String SEPARATORS = "()<>@,;:\\\"/[]?={}";

  /// Parses the values of all `Sec-WebSocket-Extensions` header fields, in order, as one list.
  ///
  /// @return the offers in the client's order of preference; `null` if it is not such a list
  static @Nullable List<ExtensionOffer> parse(List<String> values) {
    List<ExtensionOffer> offers = new ArrayList<>();
    for (String value : values) {
      if (!new Parser(value).readList(offers)) {
        return null;
      }
    }
    return offers;
  }

  /// Whether `value` is a token of HTTP (RFC 9110, section 5.6.2).
  static boolean isToken(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> isTokenChar((char) c));
  }

  private static boolean isTokenChar(char c) {
    return c > ' ' && c < 0x7f && SEPARATORS.indexOf(c) < 0;
  }

  /// Parses one value in a single pass.
  private static final class Parser {
    private static final char END = 0;

    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    /// A list may have empty elements.
    boolean readList(List<ExtensionOffer> offers) {
      do {
        skipSpaces();
        if (peek() != ',' && peek() != END && !readOffer(offers)) {
          return false;
        }
      } while (skip(','));
      return at == text.length();
    }

    private boolean readOffer(List<ExtensionOffer> offers) {
      String name = readToken();
      Map<String, Optional<String>> parameters = new HashMap<>();
      boolean sound = true;
      while (skip(';')) {
        skipSpaces();
        String parameter = readToken();
        String value = "";
        boolean hasValue = skip('=');
        if (hasValue) {
          skipSpaces();
          boolean quoted = peek() == '"';
          value = quoted ? readQuoted() : readToken();
          if (value == null || (!quoted && value.isEmpty())) {
            return false;
          }
        }
        if (parameter.isEmpty()) {
          return false;
        }
        boolean repeated =
            parameters.put(parameter, hasValue ? Optional.of(value) : Optional.empty()) != null;
        sound &= !repeated && (!hasValue || isToken(value));
      }
      offers.add(new ExtensionOffer(name, parameters, sound));
      return !name.isEmpty();
    }

    private String readToken() {
      int start = at;
      while (isTokenChar(peek())) {
        at++;
      }
      return text.substring(start, at);
    }

    private @Nullable String readQuoted() {
      StringBuilder value = new StringBuilder();
      for (at++; peek() != '"'; at++) {
        if (peek() == '\\') {
          at++;
        }
        if (peek() == END) {
          return null;
        }
        value.append(peek());
      }
      at++;
      return value.toString();
    }

    private boolean skip(char expected) {
      skipSpaces();
      boolean there = peek() == expected;
      at += there ? 1 : 0;
      return there;
    }

    private void skipSpaces() {
      while (peek() == ' ' || peek() == '\t') {
        at++;
      }
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : END;
    }
  }
}
