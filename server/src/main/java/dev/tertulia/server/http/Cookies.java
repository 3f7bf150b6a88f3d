package dev.tertulia.server.http;

import java.util.ArrayList;
import java.util.List;

/// Reads the cookies of requests (RFC 6265, section 4.2).
public final class Cookies {
  private Cookies() {}

  /// The values of the cookies called `name`, in their order: those of longer paths come first.
  ///
  /// @param field the value of one header field `Cookie`; empty for none
  public static List<String> named(String name, String field) {
    List<String> values = new ArrayList<>(1);
    for (String pair : field.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
        values.add(pair.substring(equals + 1).strip());
      }
    }
    return values;
  }
}
