package dev.tertulia.server.browser;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A door before a server: everything but WebSocket goes through; every WebSocket is opened, hears
/// one frame, and is closed with a code.
///
/// Every connection has one thread for each direction.
final class ClosedDoor implements AutoCloseable {
  private static final Pattern KEY =
      Pattern.compile("\nsec-websocket-key: *(\\S+)", Pattern.CASE_INSENSITIVE);
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket listening;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /// What was heard: the path of each WebSocket, and the frame.
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private volatile int code;
  private volatile String reason;

  private ClosedDoor(int port, int code, String reason) throws IOException {
    this.port = port;
    this.code = code;
    this.reason = reason;
    listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /// Starts one before the server at `port`.
  static ClosedDoor before(int port, int code, String reason) {
    try {
      return new ClosedDoor(port, code, reason);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI http(String path) {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort() + path);
  }

  /// Closes with another code from now on.
  void says(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  /// The path of each WebSocket that came, and its first frame.
  List<String> heard() {
    return heard;
  }

  @Override
  public void close() {
    end(listening);
    sockets.forEach(ClosedDoor::end);
  }

  private void accept() {
    while (true) {
      try {
        Socket browser = listening.accept();
        sockets.add(browser);
        Thread.startVirtualThread(() -> serve(browser));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /// A browser opens a connection of its own for each WebSocket: the first request tells.
  private void serve(Socket browser) {
    try (browser) {
      InputStream in = new BufferedInputStream(browser.getInputStream());
      RequestHead head = RequestHead.read(in);
      if (head == null) {
        return;
      }
      if (head.isWebSocket()) {
        refuse(head, in, browser.getOutputStream());
        return;
      }
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        sockets.add(server);
        Thread.startVirtualThread(() -> relay(server, browser));
        server.getOutputStream().write(head.bytes());
        in.transferTo(server.getOutputStream());
        sockets.remove(server);
      }
    } catch (IOException ended) {
      // One of both has gone; the other one is ended.
    } finally {
      sockets.remove(browser);
    }
  }

  private static void relay(Socket server, Socket browser) {
    try (server;
        browser) {
      server.getInputStream().transferTo(browser.getOutputStream());
    } catch (IOException ended) {
      // The same.
    }
  }

  private void refuse(RequestHead head, InputStream in, OutputStream out) throws IOException {
    Matcher key = KEY.matcher(head.text());
    if (!key.find()) {
      throw new IOException("A handshake without a key");
    }
    String answer =
        """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: %s\r
        Sec-WebSocket-Protocol: tertulia.1\r
        \r
        """
            .formatted(accepted(key.group(1)));
    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    heard.add(head.target() + " " + frame(in));
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    out.write(new byte[] {(byte) 0x88, (byte) (2 + text.length), (byte) (code >> 8), (byte) code});
    out.write(text);
    out.flush();
    in.transferTo(OutputStream.nullOutputStream());
  }

  /// The text of a masked frame.
  private static String frame(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    in.readByte();
    int length = in.readByte() & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = Math.toIntExact(in.readLong());
    }
    byte[] mask = in.readNBytes(4);
    byte[] text = in.readNBytes(length);
    for (int i = 0; i < text.length; i++) {
      text[i] ^= mask[i % 4];
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static String accepted(String key) throws IOException {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  private static void end(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception alreadyClosed) {
      // It is what was wanted.
    }
  }
}
