package dev.tertulia.server.net.http1;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/// The header fields of a request while they arrive, at most [RequestCheck#MAX_HEADERS]: the
/// shortest fields take some thirty times their size in memory, so they are counted before the head
/// is complete. With one more the request counts as malformed.
public final class BoundedFields extends DefaultHttpHeaders {
  /// Creates the fields of a head.
  public static final HttpHeadersFactory HEAD = factory(DefaultHttpHeadersFactory.headersFactory());

  /// Creates the fields of a trailer.
  public static final HttpHeadersFactory TRAILER =
      factory(DefaultHttpHeadersFactory.trailersFactory());

  private int count;

  private BoundedFields(DefaultHttpHeadersFactory like) {
    super(like.getNameValidator(), like.getValueValidator());
  }

  private static HttpHeadersFactory factory(DefaultHttpHeadersFactory like) {
    return new HttpHeadersFactory() {
      @Override
      public HttpHeaders newHeaders() {
        return new BoundedFields(like);
      }

      @Override
      public HttpHeaders newEmptyHeaders() {
        return new BoundedFields(like);
      }
    };
  }

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    if (++count > RequestCheck.MAX_HEADERS) {
      throw new TooLongHttpHeaderException("more than " + RequestCheck.MAX_HEADERS + " fields");
    }
    return super.add(name, value);
  }
}
