package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

final class PostgresPairTest {
  private static final String COUNT = "SELECT count(*) FROM public.word";

  @Test
  void aSynchronousStandbyHasWhatWasConfirmed() {
    try (PostgresPair pair = new PostgresPair(true)) {
      String url = pair.address();
      Postgres.ask(url, "CREATE TABLE public.word (word text)");
      Postgres.ask(url, "INSERT INTO public.word VALUES ('a')");
      pair.primary().kill();
      pair.failOver();
      assertThat(Postgres.ask(url, COUNT)).isEqualTo("1");
      Postgres.ask(url, "INSERT INTO public.word VALUES ('b')");
      assertThat(Postgres.ask(url, COUNT)).isEqualTo("2");
    }
  }

  @Test
  void anAsynchronousStandbyMayLackTheEnd() {
    try (PostgresPair pair = new PostgresPair(false)) {
      String url = pair.address();
      Postgres.ask(url, "CREATE TABLE public.word (word text)");
      String second = pair.standby().address(url);
      await()
          .atMost(TestServer.PATIENCE)
          .until(() ->
              Postgres.ask(second, "SELECT to_regclass('public.word') IS NOT NULL").equals("t"));
      pair.holdBack();
      Postgres.ask(url, "INSERT INTO public.word VALUES ('a')");
      pair.primary().pause();
      pair.failOver();
      assertThat(Postgres.ask(url, COUNT)).isEqualTo("0");
    }
  }
}
