package dev.tertulia.server.cli;

import picocli.CommandLine.IVersionProvider;

/// The version of this program, from the manifest of its jar.
public final class TertuliaVersion implements IVersionProvider {
  /// The version, such as `0.1.0`; `dev` when not running from the jar.
  public static String current() {
    String version = TertuliaVersion.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"tertulia " + current()};
  }
}
