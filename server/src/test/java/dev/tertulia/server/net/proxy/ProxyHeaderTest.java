package dev.tertulia.server.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyHeaderTest {
  private static final byte[] TLV = {4, 0, 3, 1, 2, 3};

  private static byte[] header(int command, int family, byte[]... parts) {
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(new byte[] {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10});
    out.writeByte(command).writeByte(family);
    byte[] rest = Unpooled.copiedBuffer(parts).array();
    out.writeShort(rest.length).writeBytes(rest);
    return Arrays.copyOf(out.array(), out.readableBytes());
  }

  private static byte[] addresses(String source, int length) {
    byte[] all = new byte[2 * length + 4];
    System.arraycopy(InetAddress.ofLiteral(source).getAddress(), 0, all, 0, length);
    return all;
  }

  private static ProxyHeader.Result read(byte[] header) {
    return ProxyHeader.read(Unpooled.wrappedBuffer(header, "GET".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void itNamesTheClient() {
    assertThat(read(header(0x21, 0x11, addresses("192.0.2.1", 4))))
        .isEqualTo(new ProxyHeader.Read(InetAddress.ofLiteral("192.0.2.1")));
    assertThat(read(header(0x21, 0x11, addresses("192.0.2.1", 4), TLV)))
        .isEqualTo(new ProxyHeader.Read(InetAddress.ofLiteral("192.0.2.1")));
    assertThat(read(header(0x21, 0x21, addresses("2001:db8::1", 16))))
        .isEqualTo(new ProxyHeader.Read(InetAddress.ofLiteral("2001:db8::1")));
  }

  @Test
  void theProxyItselfMaySendAnything() {
    for (byte[] rest : new byte[][] {{}, TLV, addresses("192.0.2.1", 4), {1, 2}}) {
      for (int family : new int[] {0, 0x11, 0x21, 0x31, 0xff}) {
        ByteBuf in = Unpooled.wrappedBuffer(header(0x20, family, rest), new byte[] {'G'});
        assertThat(ProxyHeader.read(in)).isEqualTo(new ProxyHeader.Read(null));
        assertThat(in.readableBytes()).isEqualTo(1);
        assertThat(in.readByte()).isEqualTo((byte) 'G');
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x12, 0x31, 0x32})
  void otherFamiliesAreOfTheProxyItself(int family) {
    assertThat(read(header(0x21, family, new byte[216]))).isEqualTo(new ProxyHeader.Read(null));
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThat(read(header(0x21, 0x11, new byte[11]))).isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read(header(0x21, 0x21, new byte[35]))).isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read(header(0x22, 0x11, addresses("192.0.2.1", 4))))
        .isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read(header(0x11, 0x11, addresses("192.0.2.1", 4))))
        .isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read(header(0x21, 0x11, new byte[ProxyHeader.MAX_BYTES + 1])))
        .isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read("GET / HTTP/1.1".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ProxyHeader.Wrong.class);
    assertThat(read("PROXY TCP4 192.0.2.1".getBytes(StandardCharsets.UTF_8)).toString())
        .contains("version 1", "version 2");
  }

  @Test
  void eachPrefixIsIncomplete() {
    byte[] header = header(0x21, 0x11, addresses("192.0.2.1", 4), TLV);
    for (int length = 1; length < header.length; length++) {
      assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(header, 0, length)))
          .as("%s bytes", length)
          .isEqualTo(new ProxyHeader.Incomplete());
    }
  }

  @Test
  void anythingIsRead() {
    RandomGenerator random = Seeded.print().random();
    byte[] good = header(0x21, 0x11, addresses("192.0.2.1", 4), TLV);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, 1 + random.nextInt(bytes.length));
      int before = in.readableBytes();
      ProxyHeader.Result result = ProxyHeader.read(in);
      assertThat(in.readableBytes() == before).isNotEqualTo(result instanceof ProxyHeader.Read);
    }
  }
}
