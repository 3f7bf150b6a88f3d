package dev.tertulia.client.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One connection of a [ScriptedServer]. Read by its own thread; any thread may write.
public final class Peer {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Socket socket;
  private final ScriptedServer.Script script;
  private final List<String> complaints;
  private final DataInputStream in;
  private String path = "";

  Peer(Socket socket, ScriptedServer.Script script, List<String> complaints) throws IOException {
    this.socket = socket;
    this.script = script;
    this.complaints = complaints;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /// What the handshake asked for, such as `/c7`.
  public String path() {
    return path;
  }

  String readRequest() throws IOException {
    StringBuilder request = new StringBuilder();
    while (!request.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      request.append((char) next);
    }
    path = request.toString().split(" ", 3)[1];
    return request.toString();
  }

  void readFrames() throws IOException {
    while (true) {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      if ((second & 0x80) == 0 || (first & 0xf0) != 0x80) {
        complaints.add("a frame that is not masked, or in fragments, or with reserved bits");
      }
      long length = second & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = in.readNBytes(4);
      byte[] content = in.readNBytes((int) length);
      for (int i = 0; i < content.length; i++) {
        content[i] ^= mask[i & 3];
      }
      String text = new String(content, StandardCharsets.UTF_8);
      switch (first & 0x0f) {
        case TEXT -> script.said(this, text);
        case PONG -> script.ponged(this, text);
        case CLOSE -> {
          write(frame(0x80 | CLOSE, content));
          return;
        }
        default -> complaints.add("a frame of kind " + (first & 0x0f));
      }
    }
  }

  public void send(String text) throws IOException {
    write(frame(0x80 | TEXT, text.getBytes(StandardCharsets.UTF_8)));
  }

  public void ping(String payload) throws IOException {
    write(frame(0x80 | PING, payload.getBytes(StandardCharsets.UTF_8)));
  }

  /// Says goodbye.
  public void close(int code, String reason) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(code >> 8);
    content.write(code);
    content.write(reason.getBytes(StandardCharsets.UTF_8));
    write(frame(0x80 | CLOSE, content.toByteArray()));
  }

  /// Goes without a word.
  public void cut() throws IOException {
    socket.close();
  }

  public void write(byte[] bytes) throws IOException {
    synchronized (socket) {
      socket.getOutputStream().write(bytes);
    }
  }

  /// A frame as servers send it.
  ///
  /// @param first its first byte
  public static byte[] frame(int first, byte[] content) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(first);
    if (content.length < 126) {
      frame.write(content.length);
    } else if (content.length <= 0xffff) {
      frame.write(126);
      frame.write(content.length >> 8);
      frame.write(content.length);
    } else {
      frame.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) content.length >> shift));
      }
    }
    frame.writeBytes(content);
    return frame.toByteArray();
  }
}
