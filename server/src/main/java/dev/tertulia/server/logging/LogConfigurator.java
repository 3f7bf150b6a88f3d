package dev.tertulia.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/// Configures the log: one line per event, on standard output. Logback finds this class as a
/// service.
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String CONSOLE = "console";
  private static final String QUEUE = "queue";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LineLayout layout = new LineLayout();
    layout.setContext(context);
    layout.forJournal(SystemdJournal.reads(SystemdJournal.STANDARD_OUTPUT, System.getenv()));
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
    // The server says itself what is wrong with Redis or PostgreSQL; these warn of what is normal.
    context.getLogger("io.lettuce").setLevel(Level.ERROR);
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    // What is recorded for operators has a setting of its own.
    context.getLogger("audit").setLevel(Level.INFO);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Logs only warnings and errors, and to standard error, because standard output holds the result
  /// of a command.
  public static void onStandardError() {
    root().setLevel(Level.WARN);
    if (root().getAppender(CONSOLE) instanceof ConsoleAppender<ILoggingEvent> console) {
      console.stop();
      console.setTarget("System.err");
      layout(console)
          .forJournal(SystemdJournal.reads(SystemdJournal.STANDARD_ERROR, System.getenv()));
      console.start();
    }
  }

  /// From now on, logging never blocks: lines are queued, and dropped and counted if they can't be
  /// written fast enough. For a process that calls [#flush] at its end.
  public static void waitForNobody() {
    Logger root = root();
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
    if (root().getAppender(QUEUE) instanceof QueuedAppender queued) {
      queued.flush(patience);
    }
  }

  /// Puts settings in force, also while others log.
  public static void apply(LogSettings settings) {
    Appender<ILoggingEvent> console =
        root().getAppender(QUEUE) instanceof QueuedAppender queued
            ? queued.written()
            : root().getAppender(CONSOLE);
    if (console instanceof ConsoleAppender<ILoggingEvent> stream) {
      layout(stream).format(settings.format());
    }
    Level level = Level.toLevel(settings.level().name());
    root().setLevel(level);
    // Only with everything else, because libraries say a lot.
    logger("org.flywaydb")
        .setLevel(level == Level.INFO || level == Level.DEBUG ? Level.WARN : null);
    for (String part : LogPart.CONFIGURABLE) {
      LogSettings.Level own = settings.levels().get(part);
      logger(LogPart.logger(part)).setLevel(own == null ? null : Level.toLevel(own.name()));
    }
    if (!settings.levels().containsKey(LogPart.NETTY) && level == Level.DEBUG) {
      logger(LogPart.logger(LogPart.NETTY)).setLevel(Level.INFO);
    }
  }

  private static LineLayout layout(ConsoleAppender<ILoggingEvent> console) {
    return (LineLayout) ((LayoutWrappingEncoder<ILoggingEvent>) console.getEncoder()).getLayout();
  }

  private static Logger root() {
    return logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }
}
