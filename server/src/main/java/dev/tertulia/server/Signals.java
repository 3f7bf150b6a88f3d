package dev.tertulia.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signals of the process.
///
/// Uses `sun.misc.Signal` by reflection, because the compiler warns of every mention of it.
final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /// Handles a signal from now on, where that is possible: not on systems without it, and not in a
  /// JVM that was told to leave it alone. A process that was started to ignore it, as by `nohup`,
  /// ignores it still.
  ///
  /// @param name without `SIG`
  /// @param received runs on a thread of the JVM for each signal
  static void handle(String name, Runnable received) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  received.run();
                  return null;
                }
                return method.invoke(received, arguments);
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException invoked ? invoked.getCause() : e;
      log.debug("SIG{} can't be handled", name, cause);
    }
  }
}
