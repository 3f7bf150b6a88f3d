package dev.tertulia.server.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The input and output streams of a command.
///
/// @param out receives the result, as bytes
/// @param err receives messages for people
/// @param terminal whether `err` is a terminal
public record Streams(InputStream in, OutputStream out, PrintStream err, boolean terminal) {
  /// The system property by which the launcher reports that standard error is a terminal.
  private static final String TERMINAL = "tertulia.terminal";

  /// The same for standard output.
  private static final String OUT_TERMINAL = "tertulia.output.terminal";

  /// The streams of this process.
  public static Streams ofProcess() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new NamingStream(System.err),
        Boolean.getBoolean(TERMINAL));
  }

  /// Writes `text`, which is safe for a terminal, to [#out].
  void print(String text) {
    PrintStream printer = new PrintStream(out, false, StandardCharsets.UTF_8);
    printer.print(text);
    printer.flush();
  }

  /// The stream for lines of JSON with text written by other people: [#out], with unsafe characters
  /// escaped if it is a terminal. A file or another program receives every byte unchanged.
  OutputStream outForJson() {
    return Boolean.getBoolean(OUT_TERMINAL) ? new PrintableOutput(out) : out;
  }

  /// Names the program as its user does.
  private static final class NamingStream extends PrintStream {
    NamingStream(PrintStream out) {
      super(out, true, out.charset());
    }

    @Override
    public void print(@Nullable String text) {
      super.print(text == null ? null : ProgramName.in(text));
    }
  }
}
