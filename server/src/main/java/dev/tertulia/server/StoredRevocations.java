package dev.tertulia.server;

import dev.tertulia.server.auth.token.Revocation;
import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.rows.RevocationRow;
import dev.tertulia.server.storage.rows.RowChange;
import dev.tertulia.server.storage.rows.UnixMillis;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The revocations in the database of a server, written by its journal.
final class StoredRevocations implements Revocations.Store {
  private static final Logger log = LoggerFactory.getLogger(StoredRevocations.class);

  private final Storage storage;
  private final Journal journal;

  StoredRevocations(Storage storage) {
    this.storage = storage;
    journal = storage.journal();
  }

  /// All that are stored, oldest first. One that is damaged is logged and not in force; the server
  /// starts all the same.
  List<Revocation> load() {
    List<Revocation> rules = new ArrayList<>();
    List<RevocationRow> rows =
        storage.rows(
            RevocationRow.TABLE,
            damage -> log.error("{}. Revoke again what it revoked", damage.getMessage()));
    for (RevocationRow row : rows) {
      Target target = target(row);
      if (target == null) {
        log.error(
            "The revocation {} was made by a newer version, and is not in force. Upgrade, or revoke"
                + " in another way what it revoked",
            row.id());
      } else {
        Instant from = UnixMillis.instant(row.tokensFrom());
        rules.add(
            new Revocation(
                row.id(), target, from, UnixMillis.instant(row.expires()), row.request()));
      }
    }
    return rules;
  }

  @Override
  public CompletionStage<Boolean> change(List<Revocation> stored, List<Revocation> removed) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    RowChange change =
        new RowChange(
            List.copyOf(stored.stream().map(StoredRevocations::row).toList()),
            removed.stream()
                .map(rule -> new RowChange.Key(RevocationRow.TABLE, List.of(rule.id())))
                .toList());
    Journal.Appended appended =
        journal.append(
            new Draft.Records(change, outcome -> done.complete(outcome instanceof Outcome.Noted)));
    return appended == Journal.Appended.QUEUED ? done : CompletableFuture.completedFuture(false);
  }

  private static RevocationRow row(Revocation rule) {
    long kind =
        switch (rule.target()) {
          case OfClient _ -> RevocationRow.OF_CLIENT;
          case OfToken _ -> RevocationRow.OF_TOKEN;
          case OfAll _ -> RevocationRow.OF_ALL;
        };
    String subject =
        switch (rule.target()) {
          case OfClient client -> client.client().value();
          case OfToken token -> token.tokenId();
          case OfAll _ -> "";
        };
    return new RevocationRow(
        rule.id(),
        kind,
        subject,
        rule.target() instanceof OfToken token ? token.issuer() : null,
        UnixMillis.of(rule.tokensFrom()),
        UnixMillis.of(rule.expiry()),
        rule.request());
  }

  /// `null` if the kind is unknown.
  private static @Nullable Target target(RevocationRow row) {
    if (row.kind() == RevocationRow.OF_CLIENT) {
      return new OfClient(new ClientId(row.subject()));
    }
    if (row.kind() == RevocationRow.OF_TOKEN) {
      return new OfToken(row.subject(), row.issuer());
    }
    return row.kind() == RevocationRow.OF_ALL ? new OfAll() : null;
  }
}
