package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the guide says about publishing from a transaction, done with a server.
final class OutboxGuideTest {
  private static final Path GUIDES = Path.of("../docs");
  private static final Pattern SQL =
      Pattern.compile("^```sql\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private final String database = Postgres.shared().newDatabase();

  @TempDir private Path temp;

  private TestServer served() {
    return TestServer.start(
        Map.of(Setting.DATA, temp.resolve("data").toString(), Setting.DATABASE, database));
  }

  private void asShop(String sql) {
    Postgres.ask(database, "SET ROLE shop; " + sql);
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedding.md", "embedding.es.md"})
  void theGuidesTransactionIsDelivered(String name) throws IOException {
    List<String> sql =
        SQL.matcher(Files.readString(GUIDES.resolve(name)))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(sql).hasSize(2);
    try (TestServer server = served();
        FullPeer ana = FullPeer.hello(server, "ana", "'inbox':null")) {
      ana.ask("'type':'join','room':'kitchen'");
      Postgres.ask(
          database,
          "DO $$ BEGIN CREATE ROLE shop; EXCEPTION WHEN duplicate_object THEN NULL; END $$;CREATE"
              + " TABLE public.orders (id int, customer text); ALTER TABLE public.orders OWNER TO"
              + " shop");
      Postgres.ask(database, sql.getFirst());
      asShop("SET search_path = public; " + sql.getLast());
      Json message = ana.next("chat");
      assertThat(message.text()).contains("\"Order 17\"", "\"client\":\"shop\"", "{\"order\": 17}");
      Json notification = ana.next("notification");
      assertThat(notification.text()).contains("It is being prepared.", "\"from\":\"~api\"");
      // The same order again, in another transaction: only the notification has no id of its own.
      asShop(
          "SELECT tertulia.publish('kitchen', 'shop', 'Order 17', data => '{\"order\": 17}', id =>"
              + " 'order-17'); SELECT tertulia.publish('kitchen', 'shop', 'end')");
      assertThat(ana.next("chat").text()).contains("\"end\"");
      assertThat(Postgres.ask(database, "SELECT count(*) FROM public.orders")).isEqualTo("1");
    }
  }

  @Test
  void twoServersPublishEachRowOnce() {
    Map<Setting, String> other =
        Map.of(Setting.DATA, temp.resolve("other").toString(), Setting.DATABASE, database);
    try (TestServer server = served();
        TestServer another = TestServer.start(other);
        FullPeer ana = FullPeer.hello(another, "ana", "")) {
      assertThat(server.port()).isNotEqualTo(another.port());
      for (int i = 0; i < 5; i++) {
        Postgres.ask(
            database,
            "SELECT count(tertulia.publish('kitchen', 'shop', '%s-' || n, id => '%s-' || n))"
                    .formatted(i, i)
                + " FROM generate_series(1, 40) AS n");
      }
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> Postgres.ask(database, "SELECT count(*) FROM tertulia.outbox").equals("0"));
      List<String> texts =
          ana
              .ask("'type':'history','room':'kitchen','after':0,'limit':200")
              .objects("messages")
              .stream()
              .map(message -> message.text("message"))
              .toList();
      assertThat(texts).hasSize(200).doesNotHaveDuplicates();
      for (int i = 0; i < 5; i++) {
        String prefix = i + "-";
        assertThat(texts.stream().filter(text -> text.startsWith(prefix)))
            .containsExactlyElementsOf(
                IntStream.rangeClosed(1, 40).mapToObj(n -> prefix + n).toList());
      }
    }
  }

  private void eraseAna() {
    CommandRun erased =
        CommandRun.of(
            Map.of(),
            "",
            false,
            "erase",
            "ana",
            "--yes",
            "--database",
            database,
            "--data",
            temp.resolve("data").toString());
    assertThat(erased.err()).contains("nothing is stored");
  }

  @Test
  void whatWaitsIsPublishedByTheNextServerAndAnErasureLeavesNothing() {
    served().close();
    Postgres.ask(
        database,
        "SELECT tertulia.publish('kitchen', 'ana', 'waits'), tertulia.publish('kitchen', 'bea',"
            + " 'stays'), tertulia.notify('ana', 'waits too')");
    Postgres.ask(
        database,
        "INSERT INTO tertulia.outbox (request, kind, target, client, message, refused) VALUES ('x',"
            + " 1, 'kitchen', 'ana', 'refused', 'conflict')");
    eraseAna();
    assertThat(Postgres.ask(database, "SELECT string_agg(message, ',') FROM tertulia.outbox"))
        .isEqualTo("stays");
    try (TestServer server = served();
        FullPeer bea = FullPeer.hello(server, "bea", "")) {
      bea.ask("'type':'join','room':'kitchen'");
      Postgres.ask(
          database,
          "INSERT INTO tertulia.outbox (request, kind, target, client, message, refused) VALUES"
              + " ('y', 1, 'kitchen', 'ana', 'refused again', 'conflict')");
      eraseAna();
      assertThat(Postgres.ask(database, "SELECT count(*) FROM tertulia.outbox")).isEqualTo("0");
      assertThat(bea.ask("'type':'history','room':'kitchen'").text()).contains("stays");
    }
  }
}
