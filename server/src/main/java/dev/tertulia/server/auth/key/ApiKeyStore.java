package dev.tertulia.server.auth.key;

import java.util.List;

/// Where API keys outlast the server.
public interface ApiKeyStore {
  /// All keys that are stored. Blocks.
  List<ApiKey> load();

  /// Stores a key. Blocks until it is stored; an unchecked exception means that it may not be.
  void put(ApiKey key);

  /// Removes a key. Blocks until that is stored; an unchecked exception means that it may not be.
  void remove(ApiKey key);

  /// Stores when keys were last used, of those that are still there. Does not block, and may fail
  /// silently.
  void noteUses(List<ApiKey> keys);
}
