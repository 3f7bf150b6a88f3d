package dev.tertulia.server.net.tls;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.net.loop.ReadUntilEnd;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/// Begins TLS on accepted sockets. Safe for any thread.
public final class TlsAcceptor {
  private final CertificateFiles certificates;
  private final TlsHandshakes handshakes;

  public TlsAcceptor(CertificateFiles certificates, TlsHandshakes handshakes) {
    this.certificates = certificates;
    this.handshakes = handshakes;
  }

  /// Puts TLS at the head of the pipeline of `socket`, if it is within the bound on handshakes. Its
  /// time limit, and [#ended], are the caller's. On the loop of the socket.
  ///
  /// @param address the address for which it counts
  /// @param inputs what is charged for records that have not arrived completely; `null` if nothing
  ///   is, because there are few such sockets
  /// @return `false` if the socket must be closed
  public boolean begin(Channel socket, AddressBlock address, @Nullable PartialInputs inputs) {
    if (!handshakes.begin(socket, address)) {
      return false;
    }
    socket
        .pipeline()
        .addFirst(ReadUntilEnd.OF_TLS, certificates.newHandler(socket.alloc()), TlsEnd.INSTANCE);
    if (inputs != null) {
      socket.pipeline().addFirst(new RecordMeter(inputs, socket));
    }
    return true;
  }

  /// The handshake of `socket` has ended, whether it succeeded or not. May be repeated.
  public void ended(Channel socket) {
    handshakes.ended(socket);
  }
}
