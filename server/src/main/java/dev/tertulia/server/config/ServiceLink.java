package dev.tertulia.server.config;

import java.util.regex.Pattern;

/// Recognizes the environment variables that Kubernetes sets in every container for each service of
/// its namespace, and that Docker set for links. For a service named `tertulia` they have the same
/// prefix as settings.
///
/// A variable is recognized only if its value has the form of a service address too, so that a
/// mistake in `TERTULIA_PORT` is still reported.
final class ServiceLink {
  private static final String SERVICE = "TERTULIA_([A-Z0-9_]+_)?";
  private static final String PROTOCOL = "(tcp|udp|sctp)";
  private static final String HOST =
      "(\\d{1,3}(\\.\\d{1,3}){3}|\\[?[0-9a-fA-F]*(:[0-9a-fA-F]*){2,7}\\]?)";
  private static final String PORT = "\\d{1,5}";
  private static final String URL = PROTOCOL + "://" + HOST + ":" + PORT;
  private static final String OF_A_PORT = "PORT_\\d{1,5}_(TCP|UDP|SCTP)";

  private static final Pattern LINK =
      Pattern.compile(
          SERVICE
              + "("
              + String.join(
                  "|",
                  "SERVICE_HOST=" + HOST,
                  "SERVICE_PORT(_[A-Z0-9_]+)?=" + PORT,
                  "PORT=" + URL,
                  OF_A_PORT + "=" + URL,
                  OF_A_PORT + "_PROTO=" + PROTOCOL,
                  OF_A_PORT + "_PORT=" + PORT,
                  OF_A_PORT + "_ADDR=" + HOST)
              + ")");

  private ServiceLink() {}

  /// Whether the variable describes a service.
  static boolean is(String name, String value) {
    return LINK.matcher(name + "=" + value).matches();
  }
}
