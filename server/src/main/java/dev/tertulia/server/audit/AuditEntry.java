package dev.tertulia.server.audit;

import dev.tertulia.server.logging.Logfmt;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one line of the audit says: fields in the order in which they were added. For one thread.
public final class AuditEntry {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  AuditEntry() {}

  /// Adds a field.
  ///
  /// @param name lower-case letters and `_`; `docs/operating.md` describes it
  public AuditEntry add(String name, String value) {
    fields.put(name, value);
    return this;
  }

  /// Adds a field.
  public AuditEntry add(String name, long value) {
    fields.put(name, value);
    return this;
  }

  Map<String, Object> fields() {
    return fields;
  }

  @Override
  public String toString() {
    return Logfmt.of(fields);
  }
}
