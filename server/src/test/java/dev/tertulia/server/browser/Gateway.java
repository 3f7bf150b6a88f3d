package dev.tertulia.server.browser;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A network between browsers and a server: it lets no WebSocket through, unless it is told to, and
/// fails when it is told to. It also serves an empty page at `/empty`, and the sources of the
/// JavaScript client at `/client/`, from the same origin.
///
/// Every connection has one thread for each direction. Browsers don't send a request before the
/// last one of the connection was answered.
final class Gateway implements AutoCloseable {
  private static final Path CLIENT = Path.of("../client-js/src");

  private final ServerSocket listening;
  private volatile int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger mostStreams = new AtomicInteger();
  private volatile boolean webSocket;
  private volatile boolean failing;

  private Gateway(int port) throws IOException {
    this.port = port;
    listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /// Starts one before the server at `port`.
  static Gateway to(int port) {
    try {
      return new Gateway(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI http(String path) {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort() + path);
  }

  /// Lets WebSocket through from now on.
  Gateway withWebSocket() {
    webSocket = true;
    return this;
  }

  /// Answers everything with 503, and ends the open connections; or lets everything through again.
  void fail(boolean fails) {
    failing = fails;
    if (fails) {
      sockets.forEach(Gateway::end);
    }
  }

  /// Leads to the server at another port from now on.
  void leadTo(int port) {
    this.port = port;
  }

  /// The maximum number of event streams that were open at a time.
  int mostStreams() {
    return mostStreams.get();
  }

  @Override
  public void close() {
    end(listening);
    sockets.forEach(Gateway::end);
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

  private void serve(Socket browser) {
    boolean streaming = false;
    try (browser;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      sockets.add(server);
      browser.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread.startVirtualThread(() -> relay(server, browser));
      InputStream in = new BufferedInputStream(browser.getInputStream());
      for (RequestHead head = RequestHead.read(in); head != null; head = RequestHead.read(in)) {
        String path = head.target();
        boolean upgrade = head.isWebSocket();
        if (path.startsWith("/empty") || path.startsWith("/client/")) {
          answer(browser.getOutputStream(), path);
        } else if (failing || (upgrade && !webSocket)) {
          byte[] body = in.readNBytes(head.length());
          answer(browser.getOutputStream(), "503 Service Unavailable", "text/html", body);
        } else {
          if (path.startsWith("/api/v1/stream") && !streaming) {
            streaming = true;
            mostStreams.accumulateAndGet(streams.incrementAndGet(), Math::max);
          }
          server.getOutputStream().write(head.bytes());
          server.getOutputStream().write(in.readNBytes(head.length()));
          if (upgrade) {
            in.transferTo(server.getOutputStream());
          }
        }
      }
    } catch (IOException ended) {
      // One of both has gone; the other one is ended.
    } finally {
      if (streaming) {
        streams.decrementAndGet();
      }
      sockets.remove(browser);
    }
  }

  private void relay(Socket server, Socket browser) {
    try (server;
        browser) {
      server.getInputStream().transferTo(browser.getOutputStream());
    } catch (IOException ended) {
      // The same.
    } finally {
      sockets.remove(server);
    }
  }

  private static void answer(OutputStream out, String path) throws IOException {
    Path file = CLIENT.resolve(path.substring(path.lastIndexOf('/') + 1));
    if (path.startsWith("/empty")) {
      String page = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,>";
      answer(out, "200 OK", "text/html", page.getBytes(StandardCharsets.UTF_8));
    } else {
      answer(out, "200 OK", "text/javascript", Files.readAllBytes(file));
    }
  }

  private static void answer(OutputStream out, String status, String type, byte[] body)
      throws IOException {
    String head =
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %s\r\n\r\n"
            .formatted(status, type, body.length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
  }

  private static void end(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception alreadyClosed) {
      // It is what was wanted.
    }
  }
}
