package dev.tertulia.server;

import dev.tertulia.server.cluster.ClusterDirectory;
import dev.tertulia.server.cluster.ClusterMembers;
import dev.tertulia.server.config.ClusterConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Secret;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RedisAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.postgres.PostgresRelay;
import dev.tertulia.server.relay.redis.RedisRelay;
import dev.tertulia.server.storage.postgres.PostgresNodes;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.storage.postgres.PostgresSessions;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Publication;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes of the configuration what a server needs to be a node of a cluster. Not loaded by a server
/// whose log is in its data folder.
final class ClusterPlans {
  /// How often it is looked for what another node has revoked, which may not be stored yet.
  private static final int LOOKS_FOR_REVOKED = 15;

  /// What nodes listen to where there is no Redis. It is one of the database.
  private static final String CHANNEL = "tertulia";

  private ClusterPlans() {}

  /// What this node does when another one has changed something stored.
  ///
  /// @param access of the server; `null` until it is there, which reads everything
  static ClusterDirectory.Effects effects(Supplier<@Nullable Access> access) {
    return new ClusterDirectory.Effects() {
      @Override
      public void listsChanged() {
        Access there = access.get();
        if (there != null) {
          there.memberships().changed();
        }
      }

      @Override
      public void listChanged(RoomName room, ClientId client, Runnable then) {
        Access there = access.get();
        if (there == null) {
          then.run();
        } else {
          there.memberships().changed();
          there.memberships().lookUp(room, client).whenComplete((member, failure) -> then.run());
        }
      }

      @Override
      public void revocationsChanged(Runnable then) {
        read(LOOKS_FOR_REVOKED, then);
      }

      @Override
      public void revocationsMayHaveChanged(Runnable then) {
        read(1, then);
      }

      private void read(int times, Runnable then) {
        Access there = access.get();
        if (there == null) {
          then.run();
        } else {
          there.readAgain(times, then);
        }
      }
    };
  }

  /// The plan of this server.
  ///
  /// @param port that it listens on, for the name that it has unless another one is set
  /// @param members is told what the other nodes say of their clients
  /// @param stored receives what this node stores, before it is delivered
  static ClusterNode.Plan of(
      Config config,
      PostgresAddress database,
      int port,
      ClusterMembers members,
      Fanout fanout,
      Consumer<List<Publication>> stored,
      EngineGuard guard) {
    NodeName set = config.cluster().node();
    NodeName node = set == null ? name(port) : set;
    PostgresServers servers = new PostgresServers(database);
    return new ClusterNode.Plan(
        node,
        PostgresNodes.incarnation(servers),
        servers,
        relay(config.cluster(), database, servers, node, guard),
        members::received,
        members::seen,
        fanout::publish,
        stored,
        fanout::rolledBack,
        members::look);
  }

  private static Function<Relay.Listener, Relay> relay(
      ClusterConfig config,
      PostgresAddress database,
      PostgresServers servers,
      NodeName node,
      EngineGuard guard) {
    RedisAddress address = config.redis();
    if (address == null) {
      PostgresRelay.Settings settings =
          new PostgresRelay.Settings(
              new PostgresSessions(servers)::open, database.toString(), CHANNEL, node);
      return listener -> new PostgresRelay(settings, listener, guard);
    }
    Secret password = config.redisPassword();
    RedisRelay.Settings settings =
        new RedisRelay.Settings(
            address,
            password == null ? "" : password.text(),
            config.redisAuthorities(),
            "tertulia:" + database.database() + ":",
            node);
    return listener -> new RedisRelay(settings, listener, guard);
  }

  /// Of the name of this machine, and the port.
  private static NodeName name(int port) {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "node";
    }
    String plain = host.replaceAll("[^A-Za-z0-9._-]", "-");
    String end = "-" + port;
    int most = NodeName.MOST_CHARS - end.length();
    return new NodeName((plain.length() > most ? plain.substring(0, most) : plain) + end);
  }
}
