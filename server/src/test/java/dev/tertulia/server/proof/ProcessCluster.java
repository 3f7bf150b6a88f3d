package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Nodes that are processes, called `node1`, `node2` and so on, with a Redis and a database of
/// their own, in which nothing may be damaged at the end. For one thread.
final class ProcessCluster implements AutoCloseable {
  private final Path folder;
  private final String database = Postgres.shared().newDatabase();
  private final Redis redis;
  private final List<ServerUnderTest> nodes = new ArrayList<>();

  /// Starts Redis, and no node yet.
  ///
  /// @param folder for all that they need
  ProcessCluster(Path folder) {
    this.folder = folder;
    redis = new Redis(folder);
  }

  /// Starts the next node.
  ///
  /// @param settings further ones, by the names of environment variables
  void start(Map<String, String> settings) throws IOException {
    nodes.add(started(nodes.size() + 1, settings));
  }

  /// Starts a node again that has ended.
  void startAgain(int number, Map<String, String> settings) throws IOException {
    nodes.set(number - 1, started(number, settings));
  }

  private ServerUnderTest started(int number, Map<String, String> settings) throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("TERTULIA_DATABASE", database);
    all.put("TERTULIA_REDIS", redis.address());
    all.put("TERTULIA_NODE", "node" + number);
    return ServerUnderTest.start(Files.createDirectories(data(number)), all, List.of());
  }

  /// The data folder of a node.
  Path data(int number) {
    return folder.resolve("node" + number);
  }

  /// The address of the database.
  String database() {
    return database;
  }

  /// A node, from 1.
  ServerUnderTest node(int number) {
    return nodes.get(number - 1);
  }

  /// All nodes.
  List<ServerUnderTest> nodes() {
    return List.copyOf(nodes);
  }

  /// Their ports.
  List<Integer> ports() {
    return nodes.stream().map(ServerUnderTest::port).toList();
  }

  @Override
  public void close() {
    nodes.forEach(ServerUnderTest::close);
    redis.close();
    Postgres.requireSound(database);
    Postgres.shared().drop(database);
  }
}
