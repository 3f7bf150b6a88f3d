package dev.tertulia.server.http;

import dev.tertulia.server.model.Partial;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;

/// The field `missing_nodes` of an answer to which some nodes of a cluster did not contribute. An
/// answer of a single node never has it.
public final class MissingNodes {
  private MissingNodes() {}

  /// Writes the names of the nodes that are missing in any of the answers; nothing if none is.
  public static void write(JsonGenerator out, Partial<?>... answers) {
    Set<String> missing = new TreeSet<>();
    for (Partial<?> answer : answers) {
      answer.missing().forEach(node -> missing.add(node.value()));
    }
    if (!missing.isEmpty()) {
      out.writeArrayPropertyStart("missing_nodes");
      missing.forEach(out::writeString);
      out.writeEndArray();
    }
  }
}
