package dev.tertulia.server.cli;

import picocli.CommandLine.IVersionProvider;

/// The version of this program, from the manifest of its jar.
public final class TertuliaVersion {
  private TertuliaVersion() {}

  /// The version, such as `0.1.0`; `dev` when not running from the jar.
  public static String current() {
    String version = TertuliaVersion.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /// What `--version` prints. A class of its own, because a server needs the version and not
  /// picocli.
  static final class Printed implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"tertulia " + current()};
    }
  }
}
