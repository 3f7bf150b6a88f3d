package dev.tertulia.server.auth.token;

/// Where tokens say what, besides the registered claims. A name is that of a claim; if there is
/// none of exactly that name, its dots lead into objects, as in `realm_access.roles`.
///
/// @param can the permissions: a list of texts, or one text with spaces in between
/// @param name what people call the client
/// @param groups the groups of the client: as `can`
public record ClaimNames(String can, String name, String groups) {
  /// The names unless configured otherwise.
  public static final ClaimNames DEFAULT = new ClaimNames("can", "name", "groups");
}
