package dev.tertulia.server.logging;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// Fields of every line that the current thread logs until this is closed: whose work it is. Not
/// for the way of a message, because it allocates: for failures, and for lines that are known to be
/// logged. For one thread; contexts with the same names can't be nested.
public final class LogContext implements AutoCloseable {
  private final List<String> names = new ArrayList<>(4);

  /// Adds a field.
  ///
  /// @param name one of [LogField]
  /// @param value `null` or empty if it is not known; then there is no such field
  public LogContext with(String name, @Nullable Object value) {
    String text = value == null ? "" : value.toString();
    if (!text.isEmpty()) {
      MDC.put(name, text);
      names.add(name);
    }
    return this;
  }

  @Override
  public void close() {
    names.forEach(MDC::remove);
  }
}
