package dev.tertulia.server.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.RedisAddress;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A Redis with TLS, whose certificate Java does not trust.
@Tag("system")
final class RedisTlsTest {
  @TempDir private Path folder;
  private final int port = TestServer.freePort();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Redis redis;

  @BeforeEach
  void start() {
    TestCertificate.of("redis").writeInto(folder);
    redis =
        new Redis(
            folder,
            "--tls-port",
            String.valueOf(port),
            "--tls-cert-file",
            folder.resolve("tls.crt").toString(),
            "--tls-key-file",
            folder.resolve("tls.key").toString(),
            "--tls-auth-clients",
            "no");
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private RedisConnector connector(@Nullable Path authorities) {
    return new RedisConnector(RedisAddress.of("rediss://127.0.0.1:" + port), "", authorities);
  }

  @Test
  void itIsUsedIfItsCertificateIsInTheFile() {
    try (RedisConnector connector = connector(folder.resolve("tls.crt"));
        RedisLink link = connector.open((channel, frame) -> {})) {
      assertThat(link.subscribe(List.of("plaza".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
          .succeedsWithin(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void itIsNotUsedOtherwise() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    TestCertificate.of("other").writeInto(other);
    for (Path authorities : new Path[] {other.resolve("tls.crt"), null}) {
      try (RedisConnector connector = connector(authorities)) {
        assertThatThrownBy(() -> connector.open((channel, frame) -> {}))
            .isInstanceOf(RedisException.class)
            .rootCause()
            .isInstanceOf(java.security.cert.CertPathBuilderException.class);
      }
    }
  }
}
