package dev.tertulia.server;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the configuration again while a server runs. All of it is in force afterwards, or, if
/// anything is wrong with it, nothing is changed. A setting that is no longer written has its
/// default. Safe for any thread; blocks.
final class Reloading {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final Supplier<Settings> source;
  private final Consumer<Config> apply;
  private final Settings atStart;
  private final ReentrantLock reloading = new ReentrantLock();

  /// What was read last without a problem. Guarded by `reloading`.
  private Settings last;

  /// @param source reads the sources again
  /// @param atStart the settings with which the server was started
  /// @param apply puts the settings in force that [Setting#isReloaded] names; an
  ///   [IllegalArgumentException] or a [ConfigException] means that nothing was changed
  Reloading(Supplier<Settings> source, Settings atStart, Consumer<Config> apply) {
    this.source = source;
    this.apply = apply;
    this.atStart = atStart;
    last = atStart;
  }

  /// Reads the configuration, puts it in force, and logs the outcome.
  ReloadOutcome reload() {
    reloading.lock();
    try {
      Settings next = source.get();
      apply.accept(Config.from(next));
      Settings before = last;
      last = next;
      return reloaded(
          settings(setting -> setting.isReloaded() && next.differs(before, setting)),
          settings(setting -> !setting.isReloaded() && next.differs(atStart, setting)));
    } catch (ConfigException e) {
      return refused(e.problems());
    } catch (IllegalArgumentException e) {
      return refused(List.of(String.valueOf(e.getMessage())));
    } finally {
      reloading.unlock();
    }
  }

  private static List<Setting> settings(Predicate<Setting> which) {
    return Arrays.stream(Setting.values()).filter(which).toList();
  }

  private static ReloadOutcome reloaded(List<Setting> changed, List<Setting> restart) {
    log.info("Configuration reloaded; changed: {}", changed.isEmpty() ? "nothing" : keys(changed));
    if (!restart.isEmpty()) {
      log.warn("These settings have changed too, but need a restart: {}", keys(restart));
    }
    return new ReloadOutcome.Reloaded(changed, restart);
  }

  private static ReloadOutcome refused(List<String> problems) {
    log.error(
        "Configuration not reloaded, and nothing has changed: {}. Correct this and reload again",
        String.join("; ", problems));
    return new ReloadOutcome.Refused(problems);
  }

  private static String keys(List<Setting> settings) {
    return String.join(", ", settings.stream().map(Setting::key).toList());
  }
}
