package dev.tertulia.server;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.AnonymousClients;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.key.ApiKeys;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.cli.TertuliaVersion;
import dev.tertulia.server.cluster.Cluster;
import dev.tertulia.server.cluster.ClusterDirectory;
import dev.tertulia.server.cluster.ClusterMembers;
import dev.tertulia.server.cluster.RemoteClients;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.LimitsConfig;
import dev.tertulia.server.config.MemoryPlan;
import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.connection.ConnectionDirectory;
import dev.tertulia.server.connection.ConnectionLimits;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.LocalDirectory;
import dev.tertulia.server.connection.OtherNodes;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.Phase;
import dev.tertulia.server.engine.Watchdog;
import dev.tertulia.server.http.HttpMeters;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.http.admin.AdminRoutes;
import dev.tertulia.server.http.admin.DrainRoute;
import dev.tertulia.server.http.admin.Gauges;
import dev.tertulia.server.http.admin.Overview;
import dev.tertulia.server.http.admin.OverviewRoutes;
import dev.tertulia.server.http.admin.ReloadRoute;
import dev.tertulia.server.http.admin.SampleRing;
import dev.tertulia.server.http.api.ApiServices;
import dev.tertulia.server.http.api.Description;
import dev.tertulia.server.http.api.Health;
import dev.tertulia.server.http.api.MetricsRoute;
import dev.tertulia.server.http.api.Routes;
import dev.tertulia.server.http.api.Stats;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.metrics.Exposition;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.ProcessMeters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.net.Pipelines;
import dev.tertulia.server.net.StartingAnswers;
import dev.tertulia.server.net.http1.CredentialsReader;
import dev.tertulia.server.net.http1.HandshakeMeters;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.Capacity;
import dev.tertulia.server.net.loop.InboundBudget;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.OpenFiles;
import dev.tertulia.server.net.proxy.TrustedProxies;
import dev.tertulia.server.net.tls.CertificateFiles;
import dev.tertulia.server.net.websocket.DeflateFormat;
import dev.tertulia.server.net.websocket.Deflation;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.protocol.Formats;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.protocol.ProtocolEntry;
import dev.tertulia.server.protocol.ProtocolServices;
import dev.tertulia.server.protocol.base.BaseProtocol;
import dev.tertulia.server.protocol.full.FullProtocol;
import dev.tertulia.server.protocol.full.FullSession;
import dev.tertulia.server.protocol.full.PageBudget;
import dev.tertulia.server.protocol.stream.StreamProtocol;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Loop;
import dev.tertulia.server.topic.LoopTopics;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A running server: creates all its parts, connects them, and closes them in order.
public final class Server implements AutoCloseable {
  /// How long the server waits for clients to answer the close frame when it stops.
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  /// How often each event loop checks whether another engine has ended, including the watchdog.
  private static final Duration GUARD_INTERVAL = Duration.ofSeconds(1);

  /// How often the last uses of API keys are stored.
  private static final Duration KEY_USE_INTERVAL = Duration.ofMinutes(1);

  /// How often it is noted how much was published.
  private static final Duration RATE_INTERVAL = Duration.ofSeconds(1);

  /// How often it is recorded what was not recorded one by one.
  private static final Duration AUDIT_INTERVAL = Duration.ofSeconds(10);

  private final EngineGuard guard;
  private final AuditLog audit;
  private final Watchdog watchdog;
  private final IoTransport ioTransport;
  private final Capacity capacity;
  private final MemoryPlan memory;
  private final Fanout fanout;
  private final Deflation deflation;
  private final Storage storage;
  private final Access access;
  private final ConnectionRegistry registry;
  private final ConnectionDirectory directory;
  private final Loops loops;
  private final List<ConnectionLoop> connectionLoops;
  private final PresenceStore presence;
  private final SampleRing samples;
  private final Router router;
  private final List<Protocol> protocols;
  private final ClientRates clientRates;
  private final Admission admission;
  private final Pipelines pipelines;
  private final Listeners listeners;
  private final Meters meters = new Meters();
  private final LimitCounters limitCounters = new LimitCounters(meters, System::nanoTime);
  private final PublicationMeters publications = new PublicationMeters(meters, System::nanoTime);
  private final long began = System.nanoTime();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Lifecycle lifecycle;
  private final Drain drain;

  /// Begins the end of the process; returns `false` if this server does not own its process.
  private volatile BooleanSupplier ending = () -> false;

  /// Reads the configuration again; returns `null` if that is not possible.
  private volatile Supplier<? extends @Nullable ReloadOutcome> reloading = () -> null;

  /// Starts a server that does not own its process.
  ///
  /// @see #Server(Config, StaticFiles, EngineGuard)
  public Server(Config config, StaticFiles files) throws IOException {
    this(config, files, EngineGuard.ofNoProcess());
  }

  /// Starts a server.
  ///
  /// @param files the files of the page
  /// @param guard receives failures
  /// @throws IOException if the port is in use or the address is not available; whatever the
  ///   failure, nothing is left running
  /// @throws ConfigException if the transport is not available
  /// @throws DataFolderException if the data folder can't be opened
  public Server(Config config, StaticFiles files, EngineGuard guard) throws IOException {
    this(config, files, guard, List.of());
  }

  /// Starts a server that speaks more protocols than its own.
  ///
  /// @param others further entries of the table of protocols, asked after those of the server
  /// @see #Server(Config, StaticFiles, EngineGuard)
  public Server(Config config, StaticFiles files, EngineGuard guard, List<ProtocolEntry> others)
      throws IOException {
    this(config, files, guard, new Lifecycle(), others);
  }

  /// Starts a server. Its port is open from the beginning, and health is answered while the storage
  /// is still being opened.
  ///
  /// @param lifecycle is told how far it is
  /// @see #Server(Config, StaticFiles, EngineGuard, List)
  Server(
      Config config,
      StaticFiles files,
      EngineGuard guard,
      Lifecycle lifecycle,
      List<ProtocolEntry> others)
      throws IOException {
    this.guard = guard;
    this.lifecycle = lifecycle;
    ioTransport = transport(config);
    audit = new AuditLog(config.audit(), System::nanoTime);
    memory = MemoryPlan.of(config.limits(), MemoryPlan.Memory.here());
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      deflation = new Deflation();
      opened.push(deflation);
      RoomPolicies kinds =
          new RoomPolicies(config.rooms(), config.announceDeparturesUpTo(), config.inboxes());
      Formats formats =
          new Formats(
              config.compression()
                  ? (index, plain) -> new DeflateFormat(index, plain, deflation)
                  : null);
      List<ProtocolEntry.Constructor> constructors = new ArrayList<>();
      for (ProtocolEntry entry : table(config, kinds)) {
        constructors.add(entry.addFormats(formats));
      }
      for (ProtocolEntry entry : others) {
        constructors.add(entry.addFormats(formats));
      }
      int eventLoops = Math.min(Runtime.getRuntime().availableProcessors(), Fanout.MAX_LOOPS);
      fanout = new Fanout(formats.all(), memory.deliveries() / eventLoops, meters, guard);
      loops = new Loops(ioTransport, eventLoops, guard);
      opened.push(loops);
      loops.addTo(meters);
      listeners = new Listeners(config, loops, starting(config), limitCounters, guard);
      opened.push(listeners);
      opened.addLast(listeners::release);
      List<LoopTopics> topics = loops.all().stream().map(fanout::addLoop).toList();
      PostgresAddress database = config.database();
      RemoteClients remote = database == null ? null : new RemoteClients(System::nanoTime);
      registry =
          new ConnectionRegistry(
              config.limits().connectionsPerClient(),
              config.limits().perClient().joinedRooms(),
              System::nanoTime,
              limitCounters,
              remote == null ? OtherNodes.NONE : remote);
      LocalDirectory local = new LocalDirectory(registry);
      ClusterDirectory everywhere =
          remote == null ? null : new ClusterDirectory(local, registry, remote, System::nanoTime);
      ClusterMembers members =
          remote == null || everywhere == null ? null : new ClusterMembers(remote, everywhere);
      directory = everywhere == null ? local : everywhere;
      lifecycle.progress(
          config.database() == null
              ? "the data folder is being opened"
              : "the database is being opened");
      storage =
          new Storage(
              config.data(),
              config.database(),
              new Storage.Plan(
                  kinds::keeping,
                  kinds.anyInMemory(),
                  kinds::isForMembers,
                  kinds::retention,
                  kinds.forgetting(
                      config.auth().anonymous().all().isEmpty() ? null : AnonymousClients.PREFIX,
                      directory::isConnected),
                  names(config.limits().names()),
                  config.limits().journalQueue(),
                  memory.journalQueue(),
                  memory.tail(),
                  System::currentTimeMillis,
                  batch -> {
                    publications.count(batch);
                    fanout.publish(batch);
                  },
                  fanout::rolledBack,
                  directory::erase,
                  database == null || members == null
                      ? null
                      : ClusterPlans.of(
                          config,
                          database,
                          listeners.port(),
                          members,
                          fanout,
                          publications::count,
                          guard)),
              meters,
              guard,
              this::opening);
      lifecycle.progress("the storage is open");
      opened.push(storage);
      Cluster cluster = storage.cluster();
      if (cluster != null) {
        fanout.tellInterest(cluster);
      }

      Journal journal = storage.journal();
      presence =
          cluster == null || members == null
              ? new RoomPresence(journal, kinds::mostClients, RoomPresence.Elsewhere.NOWHERE)
              : members.begin(
                  cluster,
                  registry,
                  journal,
                  kinds::mostClients,
                  kinds::toldOfDepartures,
                  System::currentTimeMillis,
                  System::nanoTime,
                  ClusterPlans.effects(this::access));
      access =
          new Access(
              config,
              storage,
              registry,
              directory,
              kinds,
              presence::isIn,
              everywhere == null ? () -> {} : everywhere::tellRevoked,
              audit,
              opened);
      BiConsumer<RoomName, ClientId> listChanged =
          everywhere == null ? (room, client) -> {} : everywhere::tellListChanged;
      Rooms rooms =
          new Rooms(
              journal,
              config.language(),
              (room, client, member) -> {
                access.memberships().changed(room, client, member);
                listChanged.accept(room, client);
              });
      Notifications notifications = new Notifications(journal, config.language());
      storage.publishFromDatabase(rooms, notifications, meters, guard);
      Departures departures = new Departures(journal, kinds::toldOfDepartures);
      ProtocolServices services = services(config, rooms, notifications);
      protocols = constructors.stream().map(protocol -> protocol.create(services)).toList();

      SendBudget sendBudget = new SendBudget(memory.sendQueues());
      clientRates =
          new ClientRates(
              ConfiguredRates.ofClients(config.limits()), System::nanoTime, limitCounters);
      connectionLoops =
          loops.all().stream()
              .map(loop ->
                  connectionLoop(loop, topics.get(loop.index()), config, departures, sendBudget))
              .toList();
      drain = new Drain(lifecycle, registry, config.drain());
      watchdog = new Watchdog(guard, loops.turning());
      opened.push(watchdog);
      Gauges gauges =
          ServerGauges.of(
              registry, presence, sendBudget, this::pipelines, publications, limitCounters);
      samples = new SampleRing(gauges);
      router =
          Routes.router(
              files,
              health(),
              new Description(),
              apiParts(config, kinds, services),
              moreRoutes(config, gauges),
              audit,
              new HttpMeters(meters),
              guard);
      capacity =
          Capacity.within(config.limits().connections(), OpenFiles.limit(), OpenFiles.open());
      admission =
          new Admission(
              capacity,
              config.limits().connectionsPerAddress(),
              new TrustedProxies(config.proxy().trusted()),
              limitCounters);
      pipelines =
          new Pipelines(
              new NetworkGate(
                  config.auth().mode() == AuthConfig.Mode.TOKEN
                      ? NetworkGate.Reach.ANYWHERE
                      : config.auth().openOnNetwork()
                          ? NetworkGate.Reach.NETWORK
                          : NetworkGate.Reach.LOOPBACK,
                  config.hosts(),
                  config.origins(),
                  config.language()),
              config.pathPrefix(),
              access.authenticator(),
              new CredentialsReader(config.auth().cookie()),
              admission,
              router,
              protocols,
              loops,
              connectionLoops,
              new Pipelines.Limits(
                  config.limits().handshakeTimeout(),
                  Pipelines.ANSWER_TIMEOUT,
                  config.limits().messageTimeout(),
                  config.limits().frameBytes(),
                  ConfiguredRates.ofRequests(config.limits()),
                  new InboundBudget.Bounds(
                      memory.inbound().total(),
                      memory.inbound().perAddress(),
                      memory.inbound().perClient())),
              clientRates,
              new HandshakeMeters(meters),
              limitCounters);
      ProcessMeters.add(meters);
      StorageMeters.addFolder(meters, config.data(), () -> storage.health().ok());
      ServerMeters.addState(meters, lifecycle, guard, ioTransport);
      ServerMeters.addConnections(meters, registry, pipelines, capacity, presence, fanout);
      if (cluster != null && members != null) {
        ClusterMeters.add(meters, cluster, members);
      }
      ServerMeters.addCertificate(meters, listeners::certificateExpiry);
      ServerMeters.addMemory(meters, memory, sendBudget, pipelines, fanout);
      listeners.serve(pipelines);
      storage.admit(new OperatorAccess(listeners.operatorAddress(), access.operatorToken().text()));
      watchdog.start();
      loops.all().forEach(loop -> loop.execute(() -> loop.every(GUARD_INTERVAL, guard::fault)));
      Loop first = loops.all().getFirst();
      first.execute(() -> first.every(KEY_USE_INTERVAL, access.apiKeys()::saveUses));
      first.execute(() -> first.every(AUDIT_INTERVAL, audit::tend));
      first.execute(() -> first.every(RATE_INTERVAL, publications::look));
      first.execute(
          () -> first.every(SampleRing.PERIOD, () -> samples.add(System.currentTimeMillis())));
    } catch (Throwable failure) {
      opened.forEach(part -> step(part::close));
      throw failure;
    }
    lifecycle.enter(Phase.READY, "");
  }

  private Access access() {
    return access;
  }

  /// What is answered until everything is there.
  private StartingAnswers starting(Config config) {
    Health health = new Health(lifecycle, guard::fault, () -> "", () -> "");
    return new StartingAnswers(
        (path, local) -> health.whileStarting(path, local, config.language()));
  }

  private void opening(String what, long done, long total) {
    lifecycle.progress(
        "the data folder is being migrated: %s%s %s"
            .formatted(done, total == 0 ? "" : " of " + total, what));
  }

  /// The table of protocols, in the order in which they are asked.
  private List<ProtocolEntry> table(Config config, RoomPolicies kinds) {
    PageBudget pages = new PageBudget(memory.pages());
    return List.of(
        FullProtocol.entry(config.language(), pages),
        BaseProtocol.entry(config.language(), kinds.mostClients(RoomName.LOBBY) > 0),
        StreamProtocol.entry(
            config.language(),
            (services, format) -> {
              FullSession.Services parts = new FullSession.Services(services, pages);
              return (rooms, after) ->
                  FullSession.listening(
                      parts,
                      format,
                      rooms,
                      room -> after.of(TopicName.room(room)),
                      after.ofInbox());
            }));
  }

  private ProtocolServices services(Config config, Rooms rooms, Notifications notifications) {
    SecureRandom random = new SecureRandom();
    return new ProtocolServices(
        config.language(),
        rooms,
        storage.rooms(),
        notifications,
        storage.inboxes(),
        storage.log(),
        access.permissions(),
        access.authenticator(),
        storage::read,
        new ReadFaultLog(System::nanoTime),
        () -> Long.toUnsignedString(random.nextLong(), 36),
        System::currentTimeMillis,
        meters);
  }

  private NameBounds names(LimitsConfig.Names names) {
    Map<Limit, RefusalLog> refused = new EnumMap<>(Limit.class);
    for (Limit limit :
        List.of(
            Limit.ROOMS,
            Limit.ROOMS_PER_CLIENT,
            Limit.NEW_ROOMS_PER_CLIENT,
            Limit.INBOXES,
            Limit.INBOXES_PER_SENDER)) {
      refused.put(
          limit,
          limitCounters.log(limit, "No room or inbox is created: the limit is " + limit.setting()));
    }
    return new NameBounds(
        names.rooms(),
        names.roomsPerClient(),
        names.newRoomsPerClient(),
        names.inboxes(),
        names.inboxesPerSender(),
        limit -> Objects.requireNonNull(refused.get(limit)).add());
  }

  private ApiServices apiParts(Config config, RoomPolicies kinds, ProtocolServices parts) {
    return new ApiServices(
        config.language(),
        parts.rooms(),
        parts.roomLog(),
        parts.notifications(),
        parts.inboxLog(),
        presence,
        new ConnectedClients(directory, kinds, parts.unixMillis()),
        parts.permissions(),
        clientRates,
        kinds::mostMembers,
        kinds::settings,
        config.limits().apiRequests(),
        this::stats,
        parts.unixMillis());
  }

  /// The routes that are not part of the API of clients and backends.
  private List<Route> moreRoutes(Config config, Gauges gauges) {
    List<Route> routes = new ArrayList<>();
    routes.addAll(new OverviewRoutes(overview(gauges), samples, System::currentTimeMillis).all());
    routes.addAll(new AdminRoutes(storage.operations(), config.language()).all());
    routes.addAll(access.routes());
    routes.addAll(new MetricsRoute(new Exposition(meters)).all());
    routes.addAll(new ReloadRoute(() -> reloading.get(), config.language()).all());
    routes.addAll(new DrainRoute(() -> ending.getAsBoolean(), drain, config.language()).all());
    return routes;
  }

  private Stats stats() {
    return new Stats(
        Duration.ofNanos(System.nanoTime() - began),
        pipelines.openSockets(),
        presence.rooms(),
        fanout.subscribedTopics(),
        publications.flows(),
        limitCounters.refused(),
        storage.health().cause());
  }

  private Health health() {
    return new Health(lifecycle, watchdog::fault, storage::trouble, storage::standby);
  }

  private Pipelines pipelines() {
    return pipelines;
  }

  private Overview overview(Gauges gauges) {
    Health health = health();
    return new Overview(
        TertuliaVersion.current(),
        System.currentTimeMillis(),
        ioTransport.label(),
        loops.all().size(),
        gauges,
        () -> ServerGauges.bounds(capacity, memory),
        limitCounters::refused,
        () -> {
          Health.State now = health.state();
          return new Overview.Health(now.status(), now.cause());
        },
        listeners::certificateExpiry,
        new SlowestConnections(connectionLoops));
  }

  private static IoTransport transport(Config config) {
    IoTransport ioTransport =
        switch (config.transport()) {
          case AUTO -> IoTransport.best();
          case IO_URING -> IoTransport.IO_URING;
          case EPOLL -> IoTransport.EPOLL;
          case NIO -> IoTransport.NIO;
        };
    if (!ioTransport.isAvailable()) {
      throw new ConfigException(
          "transport (TERTULIA_TRANSPORT) is '%s', which is not available on this machine: 'auto' selects the best one that is"
              .formatted(ioTransport.label()));
    }
    return ioTransport;
  }

  private ConnectionLoop connectionLoop(
      Loop loop, LoopTopics topics, Config config, Departures departures, SendBudget sendBudget) {
    LimitsConfig limits = config.limits();
    return new ConnectionLoop(
        loop,
        topics,
        registry,
        presence,
        departures,
        new ConnectionLimits(
            ConfiguredRates.messages(limits),
            ConfiguredRates.bytes(limits),
            limits.sendQueueBytes(),
            limits.flushBudget(),
            config.heartbeat().interval(),
            config.heartbeat().timeout()),
        clientRates,
        limitCounters,
        sendBudget,
        audit,
        System::nanoTime,
        InstantSource.system(),
        meters,
        guard);
  }

  /// Lets the operator have the configuration read again over HTTP.
  ///
  /// @param reloading reads it and puts it in force, by means of [#reload]; for any thread, and may
  ///   block
  public void reloadBy(Supplier<? extends ReloadOutcome> reloading) {
    this.reloading = reloading;
  }

  /// Lets the operator have the server drained and ended over HTTP.
  ///
  /// @param ending begins that, unless it has begun; for any thread, and must not block
  public void drainBy(Runnable ending) {
    this.ending =
        () -> {
          ending.run();
          return true;
        };
  }

  /// Where the server is between its start and its end.
  public Lifecycle lifecycle() {
    return lifecycle;
  }

  /// Why the process can't go on, for operators; `null` while it can.
  public @Nullable String fault() {
    return watchdog.fault();
  }

  /// Prepares the end: the server is no longer ready, still serves everyone for `drain.grace`, and
  /// then closes its connections over `drain.period`. Blocks until that is done, or cut short by
  /// [#hurry]. [#close] is to follow.
  public void drain() {
    drain.run();
  }

  /// Cuts [#drain] short: what is left is closed at once. Any thread.
  public void hurry() {
    drain.hurry();
  }

  /// The maximum time that [#drain] takes.
  public Duration longestDrain() {
    return drain.longest();
  }

  /// Applies those settings of `config` that [Setting#isReloaded] names, while the server runs and
  /// without closing any connection. Other settings are as they were at the start.
  ///
  /// @throws ConfigException if an issuer or a key can't be used; nothing is changed then
  /// @throws IllegalArgumentException if API keys can't stand beside each other; nothing is changed
  ///   then
  public void reload(Config config) {
    LimitsConfig limits = config.limits();
    access.reload(config);
    registry.limitPerClient(limits.connectionsPerClient());
    admission.limitPerAddress(limits.connectionsPerAddress());
    clientRates.replace(ConfiguredRates.ofClients(limits));
    pipelines.requestRates().replace(ConfiguredRates.ofRequests(limits));
    connectionLoops.forEach(loop ->
        loop.limitSoon(
            ConfiguredRates.messages(limits),
            ConfiguredRates.bytes(limits),
            limits.sendQueueBytes()));
  }

  /// Records who was refused, and what operators did.
  AuditLog audit() {
    return audit;
  }

  /// The port that it listens on.
  public int port() {
    return listeners.port();
  }

  /// The port without TLS on loopback; empty for none.
  public OptionalInt plainPort() {
    return listeners.plainPort();
  }

  /// What does the cryptography of TLS on [#port]; empty for plain connections.
  public Optional<CertificateFiles.Provider> tls() {
    return listeners.tls();
  }

  /// The network transport in use.
  public IoTransport transport() {
    return ioTransport;
  }

  /// The maximum number of connections and other sockets.
  public Capacity capacity() {
    return capacity;
  }

  /// The memory limits of the parts.
  public MemoryPlan memory() {
    return memory;
  }

  /// The number of event loops.
  public int eventLoops() {
    return loops.all().size();
  }

  /// The samples of the last hour.
  public SampleRing samples() {
    return samples;
  }

  /// The table of HTTP routes.
  public List<Route> routeTable() {
    return router.routes();
  }

  /// All HTTP routes, as `METHOD template`, including those of protocols.
  public List<String> routes() {
    List<String> routes = new ArrayList<>(router.table());
    protocols.forEach(protocol -> routes.addAll(protocol.routes()));
    return routes;
  }

  /// The registry of connections.
  public ConnectionRegistry registry() {
    return registry;
  }

  /// The number of open WebSockets, including those that are closing.
  public int openWebSockets() {
    return pipelines.openWebSockets();
  }

  /// The number of open sockets of any kind.
  public int openSockets() {
    return pipelines.openSockets();
  }

  /// The memory held by messages and requests that have not arrived completely, in bytes.
  public long inboundBytes() {
    return pipelines.inboundBytes();
  }

  /// The number of refusals since the start, by limit.
  public Map<String, Long> limitsRefused() {
    return limitCounters.refused();
  }

  /// The number of topics with a subscriber.
  public int subscribedTopics() {
    return fanout.subscribedTopics();
  }

  /// What is revoked.
  public Revocations revocations() {
    return access.revocations();
  }

  /// What it counts and measures.
  public Meters meters() {
    return meters;
  }

  /// The API keys.
  public ApiKeys apiKeys() {
    return access.apiKeys();
  }

  /// The guard that receives failures.
  public EngineGuard guard() {
    return guard;
  }

  /// Closes all connections and the storage, and stops. Until then its port answers, by refusals
  /// that say when to come back. Blocks until that is done, for a few seconds at most. A second
  /// call has no effect.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    lifecycle.enter(Phase.STOPPING, "the server is ending: its storage is being closed");
    step(pipelines::stopAccepting);
    long deadline = System.nanoTime() + GOODBYE.toNanos();
    do {
      step(() -> registry.closeAll(CloseReason.GOING_AWAY));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    } while (pipelines.openWebSockets() > 0 && System.nanoTime() < deadline);
    step(() -> router.stop(GOODBYE));
    step(access.apiKeys()::saveUses);
    step(storage::close);
    // As late as possible: whoever comes before is told to come back, and not refused by the
    // kernel.
    step(listeners::close);
    connectionLoops.forEach(loop -> step(loop::end));
    step(watchdog::close);
    step(loops::close);
    step(access::close);
    step(listeners::release);
    step(deflation::close);
  }

  /// A step of closing; it may fail.
  private interface Step {
    void run() throws Exception;
  }

  /// Runs one step of closing; a failure does not keep the next steps from running.
  private void step(Step step) {
    try {
      step.run();
    } catch (Throwable failure) {
      guard.caught("the end of the server", failure);
    }
  }
}
