package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.protocol.Greeting;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.SocketFormats;
import dev.tertulia.server.topic.WireFormat;
import org.jspecify.annotations.Nullable;

/// How clients of the full protocol say who they are: by the `token` of their first `hello`.
final class FullGreeting implements Greeting {
  private final FullSession.Services parts;
  private final SocketFormats formats;

  FullGreeting(FullSession.Services parts, SocketFormats formats) {
    this.parts = parts;
    this.formats = formats;
  }

  @Override
  public boolean mayCompress() {
    return formats.compressed() != null;
  }

  @Override
  public First read(byte[] text, int offset, int length) {
    Received<Request> received = parts.reader().read(text, offset, length);
    Ref ref = received.ref();
    Request.Hello hello =
        received instanceof Received.Ok<Request> ok && ok.request() instanceof Request.Hello first
            ? first
            : null;
    Credentials shown = hello == null || hello.token() == null ? Credentials.none() : hello.token();
    return new First(
        hello != null,
        shown,
        formats.sessions(format -> factory(format, ref, hello)),
        refusal -> Reply.Writer.reply(ref, new Reply.Refused(null, refusal)));
  }

  private SessionFactory factory(
      WireFormat format, @Nullable Ref ref, Request.@Nullable Hello hello) {
    return hello == null
        ? FullSession.factory(parts, format)
        : FullSession.greeted(parts, format, ref, hello.withoutToken());
  }
}
