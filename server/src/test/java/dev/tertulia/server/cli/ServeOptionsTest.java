package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.storage.admin.FolderOperations;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The options of `serve`, read with and without picocli.
final class ServeOptionsTest {
  /// With what a server would be started.
  private record Start(Settings settings, @Nullable Path page) {}

  /// @return `null` if the arguments were refused
  private static @Nullable Start byPicocli(List<String> arguments) {
    AtomicReference<Start> started = new AtomicReference<>();
    Servers servers =
        (source, page) -> {
          started.set(new Start(source.get(), page));
          return new RunningServer() {
            @Override
            public int port() {
              return 0;
            }

            @Override
            public void stop() {}
          };
        };
    List<String> all = new ArrayList<>(List.of("serve"));
    all.addAll(arguments);
    TertuliaCommand.run(
        all.toArray(String[]::new),
        Map.of(),
        servers,
        new FolderOperations(new OperatorClient()),
        new Streams(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            false));
    return started.get();
  }

  private static void assertSame(List<String> arguments) {
    ServeOptions plain = Objects.requireNonNull(ServeOptions.plain(arguments));
    Start start = Objects.requireNonNull(byPicocli(arguments));
    assertThat(plain.page()).isEqualTo(start.page());
    Settings settings = plain.settings(Map.of());
    for (Setting setting : Setting.values()) {
      assertThat(settings.differs(start.settings(), setting)).as(setting.key()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(ServeOption.class)
  void everyOptionMeansTheSame(ServeOption option) {
    String value = option == ServeOption.CONFIG ? "/dev/null" : "a b=c";
    if (option.label() == null) {
      assertSame(List.of(option.written()));
    } else {
      assertSame(List.of(option.written(), value));
      assertSame(List.of(option.written() + "=" + value));
    }
    assertThat(ServeOptions.plain(List.of())).isNotNull();
  }

  @ParameterizedTest
  @MethodSource
  void severalOptionsMeanTheSame(List<String> arguments) {
    assertSame(arguments);
  }

  static Stream<Arguments> severalOptionsMeanTheSame() {
    return Stream.of(
        Arguments.of(List.of()),
        Arguments.of(List.of("--allow-host", "a", "--allow-host=b", "--port", "1")),
        Arguments.of(
            List.of("--allow-origin", "http://a", "--open-on-network", "--allow-origin=http://b")));
  }

  /// What is refused, and what picocli knows better.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "-h",
        "--prot 1",
        "1",
        "--",
        "@file",
        "--port",
        "--port=",
        "--port 1 --port 2",
        "--port --host",
        "--port @file",
        "--port -1",
        "--open-on-network=true",
        "--open-on-network --open-on-network",
        "--host \"a\"",
        "--host \ufffd",
        "--page \0",
      })
  void anythingElseIsLeftToPicocli(String arguments) {
    assertThat(ServeOptions.plain(List.of(arguments.split(" ")))).isNull();
  }
}
