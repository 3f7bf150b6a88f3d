package dev.tertulia.server;

import com.sun.management.OperatingSystemMXBean;
import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.cli.RunningServer;
import dev.tertulia.server.cli.TertuliaVersion;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.MemoryPlan;
import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.TimeSlices;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.logging.LogConfigurator;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.OpenFiles;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.sqlite.SqliteLibrary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a server as the purpose of its process: logs its address, runs until the process is asked
/// to end (Ctrl-C, SIGTERM), and then exits with code 0.
final class ServerProcess {
  private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

  /// How the names of threads begin that are to run as soon as they wake.
  private static final List<String> PROMPT =
      List.of("loop-", "acceptor-", "journal", "VM Thread", "GC Thread#");

  private ServerProcess() {}

  /// Starts the server; returns while it runs.
  ///
  /// @param source reads the configuration, again at each reload
  /// @param page a folder from which the page is read at each request; `null` for the packaged page
  /// @throws ConfigException if the server can't run with this configuration
  static RunningServer run(Supplier<Settings> source, @Nullable Path page) {
    HeadStart.begin();
    Settings settings = source.get();
    Config config = Config.from(settings);
    LogConfigurator.apply(config.log());
    StaticFiles files =
        page == null
            ? new StaticFiles(PageSource.packed(), true)
            : new StaticFiles(PageSource.sources(page), false);
    LogConfigurator.waitForNobody();
    ProcessEnd end = new ProcessEnd();
    EngineGuard guard = new EngineGuard(cause -> end.fail(EngineGuard.EXIT_CODE));
    Thread.setDefaultUncaughtExceptionHandler(guard);
    Lifecycle lifecycle = new Lifecycle();
    Supervisor supervisor =
        new Supervisor(
            System.getenv(),
            lifecycle,
            Drain.longest(config.drain()).plus(ProcessEnd.LONGEST),
            guard);
    Signals.handle("TERM", end::terminate);
    Signals.handle("INT", end::now);
    Server server;
    try {
      // Before the event loops, whose native libraries would report the same problem of the same
      // folder less clearly.
      SqliteLibrary.load();
      server = new Server(config, files, guard, lifecycle, List.of());
    } catch (IOException e) {
      throw new ConfigException(
          "cannot listen on %s port %s (%s): stop the process that uses it, or choose another port with --port"
              .formatted(config.host(), config.port(), e.getMessage()));
    } catch (DataFolderException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    } catch (Error e) {
      guard.fatal("the server cannot start: " + e, e);
      throw e;
    }
    end.ends(
        new ProcessEnd.Subject() {
          @Override
          public void drain() {
            server.drain();
          }

          @Override
          public void hurry() {
            server.hurry();
          }

          @Override
          public Duration longestDrain() {
            return server.longestDrain();
          }

          @Override
          public void close() {
            server.close();
          }
        });
    server.drainBy(end::drain);
    Reloading reloading =
        new Reloading(
            source,
            settings,
            next -> {
              server.reload(next);
              LogConfigurator.apply(next.log());
            });
    server.reloadBy(reloading::reload);
    HangUp.handle(() -> supervisor.reloads(() -> reload(reloading, server.audit())), end::now);
    supervisor.watches(server::fault);
    Runtime.getRuntime().addShutdownHook(new Thread(end::drainAndWait, "shutdown"));
    greet(config, server);
    // The server has been serving for a while. What is left comes one after the other, so that it
    // leaves processors to the first requests.
    openProgram();
    EndClasses.load();
    files.warm();
    checkMemory(server.memory());
    if (config.shortSlices()) {
      shortenSlices();
    }
    return new RunningServer() {
      @Override
      public int port() {
        return server.port();
      }

      @Override
      public void stop() {
        server.drain();
        server.close();
      }
    };
  }

  /// Has the configuration read again by a signal, which is recorded as a request of an operator
  /// is.
  private static void reload(Reloading reloading, AuditLog audit) {
    if (reloading.reload() instanceof ReloadOutcome.Reloaded) {
      audit.record(
          AuditLog.Event.OPERATION,
          null,
          line -> line.add("by", "signal").add("request", "SIGHUP"));
    }
  }

  /// Opens every jar of the program, which then stays open: the files of a running server may be
  /// replaced by an upgrade or removed, and to stop it needs classes that it has not needed before.
  /// The JVM opens a jar when it first looks for something in it; for what is nowhere, it looks in
  /// all of them.
  private static void openProgram() {
    ClassLoader.getSystemResource("META-INF/nowhere");
  }

  /// For the threads that every message passes, and for those of the JVM that stop them.
  private static void shortenSlices() {
    TimeSlices.shorten(name -> PROMPT.stream().anyMatch(name::startsWith));
  }

  private static void checkMemory(MemoryPlan plan) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine) {
      String shortage = plan.shortage(machine.getTotalMemorySize());
      if (shortage != null) {
        log.warn(shortage);
      }
    }
  }

  private static void greet(Config config, Server server) {
    String version = TertuliaVersion.current();
    log.info(
        "Tertulia {} listens on {}://{}:{} ({}, {} event loops, data in {}{}{})",
        version,
        server.tls().isPresent() ? "https" : "http",
        inAddress(config.host()),
        server.port(),
        server.transport().label(),
        server.eventLoops(),
        config.data(),
        config.database() == null ? "" : ", log in " + config.database(),
        notTheBest(config, server));
    server.plainPort().ifPresent(port -> log.info("Without TLS: http://127.0.0.1:{}", port));
    if (server.capacity().connections() < config.limits().connections()) {
      log.info(
          "limits.connections reduced from {} to {}: the open-file limit is {} (raise it with"
              + " 'ulimit -n')",
          config.limits().connections(),
          server.capacity().connections(),
          OpenFiles.limit());
    }
    log.info(
        "Memory: {}; at most {} connections",
        server.memory().summary(),
        server.capacity().connections());
    server.memory().reductions().forEach(log::info);
    if (config.auth().openOnNetwork() && config.auth().mode() == AuthConfig.Mode.OPEN) {
      log.warn(
          "Open on the network: anyone who reaches this address may read and write everything,"
              + " under any name");
    }
  }

  /// Why the server does not use the best transport, although it may.
  private static String notTheBest(Config config, Server server) {
    return config.transport() == Config.TransportChoice.AUTO
            && server.transport() != IoTransport.IO_URING
        ? "; not io_uring: " + IoTransport.whyNotTheBest()
        : "";
  }

  /// `host` as part of a URL: IPv6 addresses in brackets.
  private static String inAddress(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
