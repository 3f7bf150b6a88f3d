package dev.tertulia.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.tertulia.server.config.Config.LogLevel;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/// Configures the log: one line per event, on standard output. Logback finds this class as a
/// service.
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String CONSOLE = "console";
  private static final String QUEUE = "queue";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    OneLineLayout layout = new OneLineLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName(CONSOLE);
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    // What is recorded for operators has a setting of its own.
    context.getLogger("audit").setLevel(Level.INFO);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Logs only warnings and errors, and to standard error, because standard output holds the result
  /// of a command.
  static void onStandardError() {
    level(LogLevel.WARN);
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.iteratorForAppenders()
        .forEachRemaining(appender -> {
          if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
            console.stop();
            console.setTarget("System.err");
            console.start();
          }
        });
  }

  /// From now on, logging never blocks: lines are queued, and dropped and counted if they can't be
  /// written fast enough. For a process that calls [#flush] at its end.
  public static void waitForNobody() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> console = root.getAppender(CONSOLE);
    if (console != null) {
      QueuedAppender queued = new QueuedAppender(console);
      queued.setContext(root.getLoggerContext());
      queued.setName(QUEUE);
      queued.start();
      root.addAppender(queued);
      root.detachAppender(console);
    }
  }

  /// Waits until all earlier log events are written, or until `patience` has passed.
  public static void flush(Duration patience) {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    if (root.getAppender(QUEUE) instanceof QueuedAppender queued) {
      queued.flush(patience);
    }
  }

  /// Sets the lowest level that is logged.
  public static void level(LogLevel level) {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level.name()));
    Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
    netty.setLevel(level == LogLevel.TRACE ? Level.TRACE : Level.INFO);
    Logger flyway = (Logger) LoggerFactory.getLogger("org.flywaydb");
    flyway.setLevel(level == LogLevel.TRACE ? Level.TRACE : Level.WARN);
  }
}
