package dev.tertulia.packaging;

/// The kind of processor that the packages are for, under the names that others have for it.
///
/// @param archive in the names of archives
/// @param debian Debian's, which is also that of container images
/// @param netty Netty's, which is also the JVM's
/// @param sqlite the folder of SQLite's library
/// @param loader the program that loads libraries, which every program names
/// @param libraries the folder of libraries in Debian
record Architecture(
    String archive, String debian, String netty, String sqlite, String loader, String libraries) {
  private static final Architecture X64 =
      new Architecture(
          "x64", "amd64", "x86_64", "x86_64", "lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu");

  private static final Architecture ARM64 =
      new Architecture(
          "arm64",
          "arm64",
          "aarch_64",
          "aarch64",
          "lib/ld-linux-aarch64.so.1",
          "lib/aarch64-linux-gnu");

  /// That of this machine: the runtime in the packages is made of its JDK.
  static Architecture here() {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> X64;
      case "aarch64" -> ARM64;
      case String other ->
          throw new PackagingException(
              "packages are made for Linux on x64 and arm64, and this is " + other);
    };
  }
}
