package dev.tertulia.server.packages;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/// Base clients of a server on port 8000, in a process of their own, which can be in another
/// network. It prints `connected` when all are, then `received N` when each has got N messages that
/// the first has sent, and when all connections are closed, how: `closed {1001=1000}`.
final class Crowd {
  private static final int PORT = 8000;
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8a;
  private static final int LARGE = 126;

  /// How a connection without a close frame ended.
  private static final int BROKEN = 1006;

  private final Map<Integer, Integer> codes = new TreeMap<>();
  private final CountDownLatch connected;
  private final CountDownLatch received;
  private final int messages;

  private Crowd(int clients, int messages) {
    this.messages = messages;
    connected = new CountDownLatch(clients);
    received = new CountDownLatch(messages == 0 ? 0 : clients);
  }

  /// Connects, and runs until all connections are closed.
  ///
  /// @param arguments how many clients, and how many messages
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int clients = Integer.parseInt(arguments[0]);
    int messages = Integer.parseInt(arguments[1]);
    new Crowd(clients, messages).run(clients);
  }

  private void run(int clients) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT);
      sockets.add(socket);
      socket
          .getOutputStream()
          .write(
              """
              GET /ws/crowd-%s HTTP/1.1\r
              Host: 127.0.0.1:8000\r
              Connection: Upgrade\r
              Upgrade: websocket\r
              Sec-WebSocket-Version: 13\r
              Sec-WebSocket-Key: cmVoZWFyc2luZzEyMzQ1Ng==\r
              \r
              """
                  .formatted(i)
                  .getBytes(StandardCharsets.US_ASCII));
      threads.add(Thread.startVirtualThread(() -> read(socket)));
    }
    connected.await();
    System.out.println("connected");
    if (messages > 0) {
      for (int i = 0; i < messages; i++) {
        String text = "{\"type\":\"chat\",\"sender\":\"Ana\",\"message\":\"m" + i + "\"}";
        send(sockets.getFirst(), TEXT, text.getBytes(StandardCharsets.US_ASCII));
      }
      received.await();
      System.out.println("received " + messages);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println("closed " + codes);
  }

  /// Sends a short frame, masked with zeros. Two threads may send on one connection.
  private static void send(Socket socket, int first, byte[] payload) throws IOException {
    byte[] frame = new byte[payload.length + 6];
    frame[0] = (byte) first;
    frame[1] = (byte) (0x80 | payload.length);
    System.arraycopy(payload, 0, frame, 6, payload.length);
    synchronized (socket) {
      socket.getOutputStream().write(frame);
    }
  }

  private void read(Socket socket) {
    int code = BROKEN;
    try (socket) {
      DataInputStream in =
          new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
      while (!line(in).isEmpty()) {
        // The handshake's.
      }
      connected.countDown();
      int got = 0;
      while (true) {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == LARGE) {
          length = in.readUnsignedShort();
        }
        byte[] payload = in.readNBytes(length);
        if (first == CLOSE) {
          code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
          send(socket, CLOSE, new byte[] {payload[0], payload[1]});
          break;
        }
        if (first == PING) {
          send(socket, PONG, payload);
          continue;
        }
        String text = new String(payload, StandardCharsets.UTF_8);
        if (text.contains("\"m" + got + "\"") && ++got == messages) {
          received.countDown();
        }
      }
    } catch (EOFException e) {
      // Its code says so.
    } catch (IOException e) {
      // Its code says so.
    }
    synchronized (codes) {
      codes.merge(code, 1, Integer::sum);
    }
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
