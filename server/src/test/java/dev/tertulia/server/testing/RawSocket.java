package dev.tertulia.server.testing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A plain TCP socket, for saying to a server what no decent client would.
public final class RawSocket implements AutoCloseable {
  private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

  private final Socket socket;
  private final DataInputStream in;

  /// A frame that came.
  ///
  /// @param first its first byte, with its flags
  public record Frame(int first, byte[] payload) {
    /// 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    public int opcode() {
      return first & 0x0f;
    }

    /// Whether it says that its message is compressed.
    public boolean isCompressed() {
      return (first & 0x40) != 0;
    }

    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /// The code of a close frame.
    public int closeCode() {
      return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    }

    /// The reason in a close frame.
    public String closeText() {
      return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  private RawSocket(Socket socket) throws IOException {
    this.socket = socket;
    in = new DataInputStream(socket.getInputStream());
    socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
  }

  /// Opens a connection and says nothing.
  public static RawSocket open(TestServer server) {
    return open(server.port());
  }

  /// Opens a connection to a port of loopback and says nothing.
  public static RawSocket open(int port) {
    return open(InetAddress.getLoopbackAddress(), port);
  }

  /// Opens a connection to an address of this machine, from that address, and says nothing.
  public static RawSocket open(InetAddress address, int port) {
    try {
      return new RawSocket(new Socket(address, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens a connection from another address of this machine, such as `127.0.0.2`, and says
  /// nothing.
  public static RawSocket openFrom(TestServer server, String address) {
    return openFrom(server.port(), address);
  }

  /// The same, to a port of loopback.
  public static RawSocket openFrom(int port, String address) {
    try {
      return new RawSocket(
          new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(address), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens a connection that takes little before it is read from.
  public static RawSocket openWithSmallBuffer(TestServer server) {
    try {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      return new RawSocket(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens a connection and makes it a WebSocket of the client `id`.
  public static RawSocket webSocket(TestServer server, String id) {
    return open(server).upgraded(id, server);
  }

  /// Makes this connection a WebSocket of the client `id`.
  @CanIgnoreReturnValue
  public RawSocket upgraded(String id, TestServer server) {
    send(handshake(id, server.port()));
    String head = head();
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new AssertionError("no handshake: " + head);
    }
    return this;
  }

  /// A handshake as it should be.
  public static String handshake(String id, int port) {
    return handshake(id, port, "");
  }

  /// A handshake as it should be, with more header fields.
  ///
  /// @param fields each with its end of line
  public static String handshake(String id, int port, String fields) {
    return """
    GET /ws/%s HTTP/1.1\r
    Host: 127.0.0.1:%s\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    Sec-WebSocket-Version: 13\r
    %s\r
    """
        .formatted(id, port, fields);
  }

  public void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends `bytes` again and again until the other side has closed.
  public void sendUntilRefused(byte[] bytes) {
    try {
      while (true) {
        socket.getOutputStream().write(bytes);
      }
    } catch (IOException closed) {
      // At last.
    }
  }

  /// Whether something has come that was not read.
  public boolean hasInput() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the server has ended the connection without a word, looked at for a moment.
  public boolean hasEnded() {
    try {
      socket.setSoTimeout(1);
      return in.read() < 0;
    } catch (SocketTimeoutException stillThere) {
      return false;
    } catch (SocketException reset) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends the connection with a reset.
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends the end of the stream, and can still read.
  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends a masked frame.
  ///
  /// @param first its first byte: 0x80 for the last fragment, and the opcode
  public void sendFrame(int first, byte[] payload) {
    send(frame(first, payload));
  }

  public void sendText(String text) {
    sendFrame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  /// A masked frame.
  public static byte[] frame(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    int length = payload.length;
    if (length < 126) {
      out.write(0x80 | length);
    } else if (length <= 0xffff) {
      out.write(0x80 | 126);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) length >> shift));
      }
    }
    out.writeBytes(MASK);
    for (int i = 0; i < length; i++) {
      out.write(payload[i] ^ MASK[i & 3]);
    }
    return out.toByteArray();
  }

  /// Reads up to the empty line that ends an HTTP head.
  public String head() {
    try {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return head.toString();
        }
        head.append((char) next);
      }
      return head.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads so many bytes.
  public String text(int bytes) {
    try {
      byte[] text = new byte[bytes];
      in.readFully(text);
      return new String(text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads all that comes until the server ends the connection; a reset counts as an end.
  public String untilEnd() {
    return untilEnd(in);
  }

  /// Reads all that comes from a socket until the other side ends the connection; a reset counts as
  /// an end.
  public static String untilEnd(InputStream in) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (SocketException reset) {
      // It is over all the same.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /// The next frame that comes.
  public Frame read() {
    try {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = Math.toIntExact(in.readLong());
      }
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(first, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next frame with this opcode; others are passed over.
  public Frame read(int opcode) {
    Frame frame = read();
    while (frame.opcode() != opcode) {
      frame = read();
    }
    return frame;
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
