package dev.tertulia.server.net;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/// The header fields of one request while they arrive, [RequestCheck#MAX_HEADERS] at most: the
/// shortest fields take some thirty times their bytes in memory, so they are counted before the
/// head is whole. One more makes the request one that could not be read.
final class BoundedFields extends DefaultHttpHeaders {
  /// Makes those of a head.
  static final HttpHeadersFactory HEAD = factory(DefaultHttpHeadersFactory.headersFactory());

  /// Makes those behind a body.
  static final HttpHeadersFactory TRAILER = factory(DefaultHttpHeadersFactory.trailersFactory());

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
