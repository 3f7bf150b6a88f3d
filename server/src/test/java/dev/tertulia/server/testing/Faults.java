package dev.tertulia.server.testing;

import io.netty.util.internal.OutOfDirectMemoryError;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.stream.Stream;

/// What tests throw where engines run work that is not theirs: of each kind one, made when it is
/// thrown.
public enum Faults {
  /// The heap is full: no engine goes on after that.
  HEAP,
  DIRECT,
  STACK,
  MISSING_CLASS,
  DEFECT;

  /// Whether the process is to end after it.
  public boolean isFatal() {
    return this == HEAP;
  }

  /// Throws it.
  ///
  /// @return nothing, so that it can stand where something is returned
  @SuppressWarnings({"DoNotCallSuggester", "TypeParameterUnusedInFormals"})
  public <T> T raise() {
    throw Faults.<RuntimeException>unchecked(make());
  }

  /// Those that are survived.
  public static Stream<Faults> survivable() {
    return Arrays.stream(values()).filter(fault -> !fault.isFatal());
  }

  private Throwable make() {
    return switch (this) {
      case HEAP -> new OutOfMemoryError("Java heap space (injected by a test)");
      case DIRECT -> direct();
      case STACK -> new StackOverflowError("injected by a test");
      case MISSING_CLASS -> new NoClassDefFoundError("injected/by/a/Test");
      case DEFECT -> new IllegalStateException("injected by a test");
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable fault) throws E {
    throw (E) fault;
  }

  /// Netty's own, which only Netty makes.
  private static OutOfDirectMemoryError direct() {
    try {
      Constructor<OutOfDirectMemoryError> constructor =
          OutOfDirectMemoryError.class.getDeclaredConstructor(String.class);
      constructor.setAccessible(true);
      return constructor.newInstance("injected by a test");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
