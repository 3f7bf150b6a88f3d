package dev.tertulia.server.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/// What a command reads and writes.
///
/// @param out what it is asked for, as bytes
/// @param err what people are told
/// @param terminal whether `err` is a terminal
public record Streams(InputStream in, OutputStream out, PrintStream err, boolean terminal) {
  /// The launcher's word for it that standard error is a terminal.
  private static final String TERMINAL = "tertulia.terminal";

  /// The same of standard output.
  private static final String OUT_TERMINAL = "tertulia.output.terminal";

  /// Those of this process.
  public static Streams ofProcess() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        System.err,
        Boolean.getBoolean(TERMINAL));
  }

  /// Where lines of JSON go in which others wrote: to [#out], and if that is a terminal so that
  /// they don't drive it. A file and another program get every byte.
  OutputStream outForJson() {
    return Boolean.getBoolean(OUT_TERMINAL) ? new PrintableOutput(out) : out;
  }
}
