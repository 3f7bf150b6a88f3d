package dev.tertulia.server;

import dev.tertulia.server.storage.sqlite.SqliteLibrary;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/// What takes long at the start of the process and depends on nothing else: Netty, which links
/// functions of the C library, and the library of SQLite. It begins on threads of its own while the
/// configuration is being read; what needs it later waits for it, and meets its failure again.
final class HeadStart {
  private static final List<Runnable> PARTS =
      List.of(PlatformDependent::maxDirectMemory, SqliteLibrary::load);

  private HeadStart() {}

  /// Begins; never blocks.
  static void begin() {
    for (Runnable part : PARTS) {
      Thread.ofPlatform()
          .name("head-start")
          .daemon()
          .uncaughtExceptionHandler((thread, failure) -> {})
          .start(part);
    }
  }
}
