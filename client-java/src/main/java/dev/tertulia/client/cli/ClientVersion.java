package dev.tertulia.client.cli;

import picocli.CommandLine.IVersionProvider;

/// The version of this program, from the manifest of its jar.
final class ClientVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = ClientVersion.class.getPackage().getImplementationVersion();
    return new String[] {"tertulia " + (version == null ? "dev" : version)};
  }
}
