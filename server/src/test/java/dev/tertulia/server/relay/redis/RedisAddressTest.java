package dev.tertulia.server.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.RedisAddress;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RedisAddressTest {
  private static RedisURI first(String address) {
    return RedisUris.of(RedisAddress.of(address), "", Duration.ofSeconds(2)).getFirst();
  }

  @Test
  void oneServerWithAndWithoutTls() {
    RedisURI plain = first("redis://localhost:7000");
    assertThat(plain.getHost()).isEqualTo("localhost");
    assertThat(plain.getPort()).isEqualTo(7000);
    assertThat(plain.isSsl()).isFalse();
    assertThat(plain.getTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(first("rediss://localhost").isSsl()).isTrue();
    assertThat(first("rediss://localhost").isVerifyPeer()).isTrue();
    assertThat(first("redis://[::1]:7000").getPort()).isEqualTo(7000);
    assertThat(first("redis://[::1]").getHost()).isEqualTo("[::1]");
  }

  @Test
  void sentinelsNameAMaster() {
    RedisURI uri = first("redis-sentinel://a:26379,b:26380#tertulia");
    assertThat(uri.getSentinelMasterId()).isEqualTo("tertulia");
    assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b");
  }

  @Test
  void aClusterHasSeveralNodes() {
    RedisAddress address = RedisAddress.of("rediss-cluster://a:7000,b:7001");
    assertThat(address.cluster()).isTrue();
    List<RedisURI> uris = RedisUris.of(address, "", Duration.ofSeconds(2));
    assertThat(uris).extracting(RedisURI::getPort).containsExactly(7000, 7001);
    assertThat(uris).allMatch(RedisURI::isSsl);
  }

  @Test
  void thePasswordIsNotPartOfAnAddress() {
    for (String address :
        new String[] {
          "redis://:hunter2@host", "rediss://ana:hunter2@host:1", "redis://a:hunter2@b@c"
        }) {
      assertThatThrownBy(() -> RedisAddress.of(address))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name a file")
          .hasMessageNotContaining("hunter2");
    }
    RedisAddress address = RedisAddress.of("redis://ana@host");
    assertThat(address.user()).isEqualTo("ana");
    assertThat(RedisUris.of(address, "hunter2", Duration.ofSeconds(1)).getFirst().toString())
        .doesNotContain("hunter2");
    assertThat(address.toString()).isEqualTo("redis://ana@host");
  }

  @Test
  void whatIsNotAnAddressIsRefusedByName() {
    for (String address :
        new String[] {
          "localhost:6379",
          "http://host",
          "redis://",
          "redis://host:port",
          "redis-sentinel://a",
          "redis://host:70000",
          "redis://host/1",
          "redis://a,b",
          "redis-sentinel://a#",
          "redis://host#name",
          "redis-cluster://a,,b",
          "redis://a b",
          "redis://a:1:2"
        }) {
      assertThatThrownBy(() -> RedisAddress.of(address))
          .as(address)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the address of Redis");
    }
  }
}
