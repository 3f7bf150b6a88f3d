package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// An output stream to a terminal for lines of JSON with text written by other people: each line is
/// passed through [Printable] and stays the same JSON. For one thread.
///
/// A line is buffered until it is complete, so the buffer is bounded by the longest line that the
/// writer produces.
final class PrintableOutput extends OutputStream {
  private final OutputStream terminal;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  PrintableOutput(OutputStream terminal) {
    this.terminal = terminal;
  }

  @Override
  public void write(int b) throws IOException {
    line.write(b);
    if (b == '\n') {
      writeLine();
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int start = offset;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, start, i + 1 - start);
        writeLine();
        start = i + 1;
      }
    }
    line.write(bytes, start, offset + length - start);
  }

  private void writeLine() throws IOException {
    String json = line.toString(StandardCharsets.UTF_8);
    line.reset();
    terminal.write(Printable.json(json).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void flush() throws IOException {
    terminal.flush();
  }

  @Override
  public void close() throws IOException {
    writeLine();
    terminal.close();
  }
}
