package dev.tertulia.server;

import dev.tertulia.server.cluster.EntryForm;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.rows.EntryBody;
import org.jspecify.annotations.Nullable;

/// Entries as the log stores them, for other nodes.
public enum StoredForm implements EntryForm {
  INSTANCE;

  @Override
  public int kind(Entry.Kept entry) {
    return EntryBody.kind(entry);
  }

  @Override
  public byte[] write(Entry.Kept entry) {
    return EntryBody.write(entry);
  }

  @Override
  public Entry.Kept read(int kind, ClientId client, @Nullable Long target, byte[] body) {
    return EntryBody.read(kind, client, target, false, body);
  }
}
