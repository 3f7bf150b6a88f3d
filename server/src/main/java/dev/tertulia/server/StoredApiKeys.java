package dev.tertulia.server;

import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.auth.key.ApiKeyStore;
import dev.tertulia.server.storage.rows.ApiKeyRow;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.RowChange;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The API keys in the database of a server, written by its journal.
final class StoredApiKeys implements ApiKeyStore {
  private static final Logger log = LoggerFactory.getLogger(StoredApiKeys.class);

  /// The maximum time for the journal to store a key.
  private static final long PATIENCE_SECONDS = 10;

  private final Storage storage;
  private final Journal journal;

  StoredApiKeys(Storage storage) {
    this.storage = storage;
    journal = storage.journal();
  }

  /// A key that is damaged, or has a scope that only a newer version knows, is logged and not
  /// accepted; the server starts all the same.
  @Override
  public List<ApiKey> load() {
    List<ApiKey> keys = new ArrayList<>();
    for (ApiKeyRow row :
        storage.rows(
            ApiKeyRow.TABLE, damage -> log.error("{}. Make a new key", damage.getMessage()))) {
      try {
        keys.add(row.key());
      } catch (IllegalArgumentException e) {
        log.error(
            "The API key '{}' is not accepted: {}. Make a new one", row.name(), e.getMessage());
      }
    }
    return keys;
  }

  /// @throws LogException if it can't be stored, or is not within some seconds
  @Override
  public void put(ApiKey key) {
    change(new RowChange(List.of(ApiKeyRow.of(key)), List.of()));
  }

  /// @throws LogException if that can't be stored, or is not within some seconds
  @Override
  public void remove(ApiKey key) {
    RowChange.Key row = new RowChange.Key(ApiKeyRow.TABLE, List.of(key.id()));
    change(new RowChange(List.of(), List.of(row)));
  }

  @Override
  public void noteUses(List<ApiKey> keys) {
    List<Row> rows = keys.stream().map(key -> (Row) ApiKeyRow.of(key)).toList();
    journal.append(new Draft.Records(new RowChange(rows, List.of()), Draft.Receipt.NONE));
  }

  private void change(RowChange change) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    switch (journal.append(new Draft.Records(change, outcome::complete))) {
      case QUEUED -> await(outcome);
      case BACK_PRESSURED, CLOSED -> throw unavailable();
    }
  }

  private static void await(CompletableFuture<Outcome> outcome) {
    try {
      if (!(outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS) instanceof Outcome.Noted)) {
        throw unavailable();
      }
    } catch (TimeoutException | ExecutionException e) {
      throw unavailable();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    }
  }

  private static LogException unavailable() {
    return new LogException("API keys can't be stored at the moment", false, null);
  }
}
