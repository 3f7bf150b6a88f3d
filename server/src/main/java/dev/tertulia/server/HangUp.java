package dev.tertulia.server;

import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signal SIGHUP. Sent by an operator, it means to read the configuration again. The kernel
/// also sends it when the terminal of a process is closed, and then it ends the process, as it does
/// by default. A process that was started to ignore the signal, as by `nohup`, ignores it still.
///
/// Uses `sun.misc.Signal` by reflection, because the compiler warns of every mention of it.
final class HangUp {
  private static final Logger log = LoggerFactory.getLogger(HangUp.class);
  private static final String TERMINAL = "/dev/tty";

  private HangUp() {}

  /// Handles the signal from now on; does nothing on systems without it.
  ///
  /// @param reload runs on a thread of the JVM
  /// @param end runs when the terminal from which the process was started is gone
  static void handle(Runnable reload, Runnable end) {
    boolean onTerminal = hasTerminal();
    Runnable received = () -> (onTerminal && !hasTerminal() ? end : reload).run();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
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
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException invoked ? invoked.getCause() : e;
      log.debug("SIGHUP can't be handled", cause);
    }
  }

  private static boolean hasTerminal() {
    try (FileInputStream terminal = new FileInputStream(TERMINAL)) {
      return terminal.getFD().valid();
    } catch (IOException e) {
      return false;
    }
  }
}
