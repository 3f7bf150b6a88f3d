package dev.tertulia.server.net.loop;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import org.jspecify.annotations.Nullable;

/// The network transports, best first.
public enum IoTransport {
  IO_URING("io_uring") {
    @Override
    public boolean isAvailable() {
      return IoUring.isAvailable();
    }

    @Override
    IoHandlerFactory handlers() {
      return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setCqSize(COMPLETIONS));
    }

    @Override
    public ServerChannel newServerChannel() {
      return new IoUringServerSocketChannel();
    }

    @Override
    public @Nullable ChannelOption<Long> unsentBound() {
      return IoUringChannelOption.TCP_NOTSENT_LOWAT;
    }

    @Override
    public @Nullable ChannelOption<Integer> unansweredBound() {
      return IoUringChannelOption.TCP_USER_TIMEOUT;
    }
  },
  EPOLL("epoll") {
    @Override
    public boolean isAvailable() {
      return Epoll.isAvailable();
    }

    @Override
    IoHandlerFactory handlers() {
      return EpollIoHandler.newFactory();
    }

    @Override
    public ServerChannel newServerChannel() {
      return new EpollServerSocketChannel();
    }

    @Override
    public @Nullable ChannelOption<Long> unsentBound() {
      return EpollChannelOption.TCP_NOTSENT_LOWAT;
    }

    @Override
    public @Nullable ChannelOption<Integer> unansweredBound() {
      return EpollChannelOption.TCP_USER_TIMEOUT;
    }
  },
  NIO("nio") {
    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    IoHandlerFactory handlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    public ServerChannel newServerChannel() {
      return new NioServerSocketChannel();
    }

    @Override
    public @Nullable ChannelOption<Long> unsentBound() {
      return null;
    }

    @Override
    public @Nullable ChannelOption<Integer> unansweredBound() {
      return null;
    }
  };

  /// How many completed reads and writes the kernel may hold for a loop: as many as a message that
  /// goes to everybody makes at once. Past that it goes on, more slowly, and Netty warns each time.
  private static final int COMPLETIONS = 32 * 1024;

  /// The most buffers of one write, in Linux.
  private static final int IOV_MAX = 1024;

  private static final String WRITE_PARTS = "io.netty.iouring.numElementsIoVec";

  private static final String LASTING_POLLS = "io.netty.iouring.pollAddMultishotEnabled";

  static {
    // By default Netty has room for ten times as many buffers in the writes of a submission as it
    // takes: past IOV_MAX each further write of several buffers is submitted empty, hears that
    // nothing was written, and is tried again, over and over. With as many as that it submits in
    // time.
    if (System.getProperty(WRITE_PARTS) == null) {
      System.setProperty(WRITE_PARTS, Integer.toString(IOV_MAX));
    }
    // By default Netty asks once to be told whenever a socket becomes readable, and is told of
    // changes only. A reset that arrives before the last bytes are read is no further change: Netty
    // reads the bytes, takes the socket for empty, and does not learn that the peer is gone until
    // it writes. Asking again after each read tells it how things are, and is part of the same
    // submission. Only while a request is answered may such a peer go unnoticed, until the answer
    // is written.
    if (System.getProperty(LASTING_POLLS) == null) {
      System.setProperty(LASTING_POLLS, "false");
    }
  }

  private final String label;

  IoTransport(String label) {
    this.label = label;
  }

  /// The best transport that is available on this machine.
  public static IoTransport best() {
    for (IoTransport ioTransport : values()) {
      if (ioTransport.isAvailable()) {
        return ioTransport;
      }
    }
    throw new IllegalStateException("NIO is always available");
  }

  /// Whether it is available on this machine.
  public abstract boolean isAvailable();

  /// Why the best transport is not available on this machine, such as the kernel's answer; `null`
  /// if it is. Containers' default filters of system calls refuse it.
  public static @Nullable String whyNotTheBest() {
    Throwable cause = IoUring.unavailabilityCause();
    return cause == null ? null : String.valueOf(cause.getMessage());
  }

  abstract IoHandlerFactory handlers();

  public abstract ServerChannel newServerChannel();

  /// The socket option that limits data in the kernel that has not been sent, in bytes; `null` if
  /// there is none.
  public abstract @Nullable ChannelOption<Long> unsentBound();

  /// The socket option that limits the time for which sent data may stay unacknowledged, in
  /// milliseconds; `null` if there is none.
  public abstract @Nullable ChannelOption<Integer> unansweredBound();

  /// Whether output reaches the kernel only when the loop polls again.
  boolean submitsWhenPolled() {
    return this == IO_URING;
  }

  /// Its name in settings and in the line at start.
  public String label() {
    return label;
  }
}
