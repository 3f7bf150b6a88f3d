package dev.tertulia.server.cluster;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import org.jspecify.annotations.Nullable;

/// The form in which the log stores the content of entries, in which it is told to other nodes,
/// too. Safe for any thread.
public interface EntryForm {
  /// The number of the entry's kind.
  int kind(Entry.Kept entry);

  /// The entry's body.
  byte[] write(Entry.Kept entry);

  /// The entry of which these are kind and body.
  ///
  /// @param target the offset of the entry that it amends; `null` for none
  /// @throws dev.tertulia.server.topic.LogException if they are none's, or those of a newer version
  Entry.Kept read(int kind, ClientId client, @Nullable Long target, byte[] body);
}
