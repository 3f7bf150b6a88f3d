package dev.tertulia.server.config;

import dev.tertulia.server.logging.LogPart;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All settings of the server, with their defaults and descriptions for operators.
///
/// The setting `limits.burst` is `burst` below `limits` in the configuration file, and
/// `TERTULIA_LIMITS_BURST` in the environment.
public enum Setting {
  HOST("host", "127.0.0.1", "address to listen on", "--host"),
  PORT("port", "8000", "port to listen on; 0 for any free port", "--port"),
  DATA(
      "data",
      "./data",
      "folder of the database in SQLite, the lock, and what admits the operator",
      "--data"),
  DATABASE(
      "database",
      "",
      "PostgreSQL database of the log, instead of SQLite in the data folder, such as"
          + " postgresql://tertulia@db.example.org/tertulia?sslmode=verify-full; of several servers"
          + " (@one.example.org,two.example.org/) it uses the one that is in charge",
      "--database",
      Form.URL),
  DATABASE_PASSWORD(
      "database_password",
      "",
      "the password for database, unless the address contains it or none is needed",
      Form.SECRET),
  REDIS(
      "redis",
      "",
      "Redis or Valkey that carries messages between the servers on one database, such as"
          + " rediss://redis.example.org:6379; also redis-sentinel:// and redis-cluster://; without"
          + " it the database carries them",
      "--redis",
      Form.URL),
  REDIS_PASSWORD(
      "redis_password", "", "the password for redis, unless none is needed", Form.SECRET),
  REDIS_CA(
      "redis_ca",
      "",
      "file of the certificates (PEM) of the authorities by which that of redis is trusted; those"
          + " that Java trusts unless it is set"),
  NODE(
      "node",
      "",
      "name of this server among those on one database; of host name and port unless it is set",
      "--node"),
  LANGUAGE(
      "language",
      "es",
      "language of the texts that the server sends to people: es or en",
      "--language"),
  LOG_LEVEL("log.level", "info", "log level: error, warn, info, debug or trace"),
  LOG_LEVELS(
      "log.levels",
      "",
      "other levels of single parts, such as storage=debug; parts are "
          + String.join(", ", LogPart.CONFIGURABLE),
      Form.LIST),
  LOG_FORMAT("log.format", "text", "form of the lines of the log: text or json"),
  AUDIT(
      "audit",
      "on",
      "what the audit records: off, on (who was refused or closed, and what operators did), or all"
          + " (also who connects and leaves)"),
  TRANSPORT("transport", "auto", "network transport: auto, io_uring, epoll or nio"),
  COMPRESSION("compression", "true", "compress WebSocket messages for clients that offer it"),
  THREADS_SHORT_SLICES(
      "threads.short_slices",
      "true",
      "ask Linux to run event loops and journals as soon as they wake"),
  AUTH_MODE(
      "auth.mode",
      "open",
      "who may connect: open (anyone, under any name; loopback only unless auth.open_on_network) or"
          + " token (clients with a token of an issuer)"),
  AUTH_HS256_SECRET(
      "auth.hs256_secret",
      "",
      "the secret with which your backend signs tokens, if it is the only issuer; at least 32"
          + " bytes",
      Form.SECRET),
  AUTH_ISSUERS("auth.issuers", "", "the issuers of tokens; see below", Form.RECORDS),
  AUTH_CLOCK_SKEW(
      "auth.clock_skew",
      "10s",
      "how far the clocks of issuers may be from the server's, at most 5m; tokens expire as much"
          + " later"),
  AUTH_CLAIMS_CAN(
      "auth.claims.can",
      "can",
      "the claim that contains what a client may do; dots lead into objects"),
  AUTH_CLAIMS_NAME("auth.claims.name", "name", "the claim that contains the name of a client"),
  AUTH_CLAIMS_GROUPS(
      "auth.claims.groups", "groups", "the claim that contains the groups of a client"),
  AUTH_GROUPS(
      "auth.groups",
      "",
      "what the members of groups may do, besides what their tokens say; see below",
      Form.MAPPING),
  AUTH_COOKIE("auth.cookie", "", "the cookie that contains the token, for pages of the same site"),
  AUTH_OIDC_ISSUER(
      "auth.oidc.issuer",
      "",
      "the OpenID Connect provider with which people sign in on the page, such as"
          + " https://login.example.org/realms/main"),
  AUTH_OIDC_CLIENT_ID(
      "auth.oidc.client_id", "", "the id under which this server is registered at the provider"),
  AUTH_OIDC_CLIENT_SECRET(
      "auth.oidc.client_secret",
      "",
      "the secret of this server at the provider, unless it is a public client",
      Form.SECRET),
  AUTH_OIDC_SCOPES(
      "auth.oidc.scopes", "openid profile", "what the provider is asked for, openid included"),
  AUTH_OIDC_LABEL(
      "auth.oidc.label",
      "",
      "the name of the provider on the page; the host of auth.oidc.issuer if it is empty"),
  AUTH_OIDC_PREFIX(
      "auth.oidc.prefix",
      "",
      "stands before the subject in client ids; needed if there are other issuers"),
  AUTH_OIDC_SESSION("auth.oidc.session", "12h", "how long people stay signed in, at most 30d"),
  AUTH_JOIN_URL(
      "auth.join_url",
      "",
      "the address of a backend that decides what clients with tokens may do in rooms"),
  AUTH_JOIN_SECRET(
      "auth.join_secret",
      "",
      "the secret with which requests to that backend are signed; at least 32 bytes",
      Form.SECRET),
  AUTH_ANONYMOUS(
      "auth.anonymous",
      "",
      "what clients without a token may do over WebSocket, such as room:lobby:join; they are"
          + " refused if it is empty",
      Form.LIST),
  AUTH_OPEN_ON_NETWORK(
      "auth.open_on_network",
      "false",
      "accept connections from the network in open mode: anyone who reaches the server may read and"
          + " write",
      "--open-on-network"),
  AUTH_KEYS("auth.keys", "", "the API keys of backends; see below", Form.RECORDS),
  API_KEYS(
      "api.keys",
      "",
      "the same in short: NAME=SECRET or SECRET, separated by commas or spaces; such a key may do"
          + " everything except what is an operator's",
      Form.SECRETS),
  TLS_CERTIFICATE(
      "tls.certificate",
      "",
      "file of the certificate and its chain (PEM); with it the server speaks HTTPS, and replaces"
          + " the certificate when the file changes"),
  TLS_KEY("tls.key", "", "file of the private key of the certificate (PEM, PKCS#8)"),
  TLS_PROVIDER(
      "tls.provider", "auto", "library of the cryptography of TLS: auto, boringssl or jdk"),
  TLS_PLAIN_PORT(
      "tls.plain_port", "", "additional port without TLS, on 127.0.0.1 only; 0 for any free port"),
  PROXY_TRUSTED(
      "proxy.trusted",
      "",
      "addresses and ranges of proxies that are believed when they name the client: Forwarded,"
          + " X-Forwarded-For, -Proto, -Host",
      Form.LIST),
  PROXY_PROTOCOL(
      "proxy.protocol",
      "",
      "v2 if connections of these proxies begin with a header of the PROXY protocol"),
  HOSTS(
      "hosts",
      "",
      "host names that a server on the network answers to, besides its addresses",
      "--allow-host",
      Form.LIST),
  ORIGINS("origins", "", "additional origins whose pages may connect", "--allow-origin", Form.LIST),
  PUBLIC_URL(
      "public_url",
      "",
      "the address at which browsers reach the page, such as https://chat.example.org"),
  PATH_PREFIX(
      "path_prefix",
      "",
      "the path below which a proxy serves everything, such as /chat, whether it removes the prefix"
          + " from requests or not"),
  HEARTBEAT_INTERVAL(
      "heartbeat.interval", "25s", "time without input after which a client is pinged"),
  HEARTBEAT_TIMEOUT(
      "heartbeat.timeout", "60s", "time without input after which a connection is closed"),
  DRAIN_GRACE(
      "drain.grace",
      "5s",
      "how long a server that is to end goes on serving everyone after /health/ready has failed,"
          + " because load balancers are slow to notice; 0ms for not at all"),
  DRAIN_PERIOD(
      "drain.period",
      "20s",
      "the time over which it then closes its connections, a part at a time; 0ms for all at once"),
  LIMITS_CONNECTIONS(
      "limits.connections",
      "100000",
      "maximum number of connections; 0 for as many as the open-file limit allows"),
  LIMITS_CONNECTIONS_PER_ADDRESS(
      "limits.connections_per_address",
      "0",
      "maximum number of connections per address, in IPv6 per /64; 0 for no limit"),
  LIMITS_CONNECTIONS_PER_CLIENT(
      "limits.connections_per_client", "1000", "maximum number of connections per client"),
  LIMITS_MESSAGES_PER_SECOND(
      "limits.messages_per_second", "100", "messages per second per connection; 0 for no limit"),
  LIMITS_BURST("limits.burst", "1000", "burst of messages per connection"),
  LIMITS_BYTES_PER_SECOND(
      "limits.bytes_per_second",
      "1MiB",
      "bytes per second of messages or request bodies per connection, after decompression; 0 for no"
          + " limit"),
  LIMITS_BURST_BYTES("limits.burst_bytes", "4MiB", "burst of such bytes per connection"),
  LIMITS_MESSAGES_PER_SECOND_PER_CLIENT(
      "limits.messages_per_second_per_client",
      "500",
      "messages per second per client, over all its connections and HTTP requests, with a burst of"
          + " ten times as many, but at least those of one connection; 0 for no limit"),
  LIMITS_BYTES_PER_SECOND_PER_CLIENT(
      "limits.bytes_per_second_per_client",
      "4MiB",
      "bytes per second of these messages, with a burst of four times as many, but at least those"
          + " of one connection; 0 for no limit"),
  LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT(
      "limits.notifications_per_second_per_client",
      "50",
      "notifications per second that one client sends, with a burst of 20 times as many; 0 for no"
          + " limit"),
  LIMITS_JOINS_PER_SECOND_PER_CLIENT(
      "limits.joins_per_second_per_client",
      "50",
      "rooms per second that one client joins, with a burst of 50 times as many; 0 for no limit"),
  LIMITS_JOINED_ROOMS_PER_CLIENT(
      "limits.joined_rooms_per_client",
      "10000",
      "maximum number of rooms that all connections of one client are in together"),
  LIMITS_QUERIES_PER_SECOND_PER_CLIENT(
      "limits.queries_per_second_per_client",
      "50",
      "queries of history, presence, rooms and inbox per second of one client, with a burst of ten"
          + " times as many; 0 for no limit"),
  LIMITS_REQUESTS_PER_SECOND(
      "limits.requests_per_second",
      "1000",
      "HTTP requests per second per connection, with a burst of five times as many; 0 for no"
          + " limit"),
  LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS(
      "limits.requests_per_second_per_address",
      "500",
      "the same per address other than loopback, with a burst of ten times as many; 0 for no"
          + " limit"),
  LIMITS_HANDSHAKES_PER_SECOND_PER_ADDRESS(
      "limits.handshakes_per_second_per_address",
      "100",
      "WebSockets and streams opened per second per address other than loopback, including failed"
          + " attempts, with a burst of ten times as many; 0 for no limit"),
  LIMITS_FRAME_BYTES("limits.frame_bytes", "256KiB", "maximum size of a WebSocket message"),
  LIMITS_MESSAGE_TIMEOUT(
      "limits.message_timeout", "30s", "maximum time for a WebSocket message to arrive"),
  LIMITS_INBOUND_BYTES(
      "limits.inbound_bytes",
      "10%",
      "memory for messages and requests that have not arrived completely, in bytes or as a share of"
          + " the heap or the direct memory, whichever is less; above it, the largest are dropped"
          + " first"),
  LIMITS_INBOUND_BYTES_PER_ADDRESS(
      "limits.inbound_bytes_per_address",
      "50%",
      "the same per address, in bytes or as a share of limits.inbound_bytes"),
  LIMITS_INBOUND_BYTES_PER_CLIENT(
      "limits.inbound_bytes_per_client",
      "25%",
      "the same per client, in bytes or as a share of limits.inbound_bytes"),
  LIMITS_SEND_QUEUE_BYTES(
      "limits.send_queue_bytes", "1MiB", "maximum size of the send queue of one connection"),
  LIMITS_SEND_QUEUES_BYTES(
      "limits.send_queues_bytes",
      "25%",
      "maximum size of all send queues together, in bytes or as a share of the direct memory; above"
          + " it, the slowest connections are closed first"),
  LIMITS_DELIVERIES_BYTES(
      "limits.deliveries_bytes",
      "5%",
      "maximum size of the publications that wait for the event loops, in bytes or as a share of"
          + " the direct memory; above it, publishing waits"),
  LIMITS_FLUSH_BUDGET(
      "limits.flush_budget",
      "5ms",
      "maximum time that a busy server holds a message back to send it together with others; 0ms"
          + " for never"),
  LIMITS_JOURNAL_QUEUE(
      "limits.journal_queue", "65536", "maximum number of entries that wait for the journal"),
  LIMITS_TAIL_BYTES(
      "limits.tail_bytes",
      "64MiB",
      "memory for the newest entries, from which reconnecting clients are served"),
  LIMITS_PAGES_BYTES(
      "limits.pages_bytes", "32MiB", "memory for pages of the log that wait to be sent"),
  LIMITS_ROOMS(
      "limits.rooms",
      "200000",
      "maximum number of rooms with stored entries; above it, no message may create another"),
  LIMITS_ROOMS_PER_CLIENT(
      "limits.rooms_per_client",
      "10000",
      "maximum number of rooms that one client takes part in; above it, the client may not create"
          + " another"),
  LIMITS_NEW_ROOMS_PER_CLIENT(
      "limits.new_rooms_per_client",
      "1000",
      "maximum number of rooms that one client creates per day by sending to them"),
  LIMITS_INBOXES(
      "limits.inboxes",
      "1000000",
      "maximum number of clients with an inbox; above it, other clients can't be notified while"
          + " they are away"),
  LIMITS_INBOXES_PER_SENDER(
      "limits.inboxes_per_sender",
      "1000",
      "maximum number of inboxes that one client creates per day by notifying clients that have"
          + " never connected"),
  LIMITS_API_REQUESTS(
      "limits.api_requests", "256", "maximum number of concurrent HTTP API requests"),
  LIMITS_HANDSHAKE_TIMEOUT(
      "limits.handshake_timeout", "10s", "maximum time for a request to arrive"),
  PRESENCE_ANNOUNCE_DEPARTURES_UP_TO(
      "presence.announce_departures_up_to",
      "200",
      "maximum number of clients in a room for departures to be announced; 0 for never"),
  ROOMS("rooms", "", "the policies of rooms by name; see below", Form.RECORDS),
  NOTIFICATIONS_KEEP(
      "notifications.keep",
      "90d",
      "age after which notifications and broadcasts are removed from inboxes; 0ms for never"),
  NOTIFICATIONS_PER_INBOX(
      "notifications.per_inbox",
      "10000",
      "maximum number of notifications in the inbox of one client, above which the oldest are"
          + " removed; 0 for no limit"),
  NOTIFICATIONS_DEVICES_KEEP(
      "notifications.devices_keep",
      "90d",
      "absence of a device after which its acknowledgements are removed; 0ms for never"),
  NOTIFICATIONS_CLIENTS_KEEP(
      "notifications.clients_keep",
      "365d",
      "absence of a client after which its inbox and everything else stored about it is removed;"
          + " 0ms for never");

  /// How a value is written.
  public enum Form {
    /// A text.
    TEXT,
    /// A text that is never shown.
    SECRET,
    /// An address that may contain a password, which is never shown.
    URL,
    /// A list of texts, or one text with commas in between.
    LIST,
    /// The same, never shown.
    SECRETS,
    /// A list of mappings; in a variable, as YAML or JSON. Parts of it may be secret.
    RECORDS,
    /// A mapping whose names the operator chooses; in a variable, as YAML or JSON. Nothing of it is
    /// secret.
    MAPPING
  }

  private static final String PREFIX = "TERTULIA_";

  /// Ends the name of a variable that names a file with the value.
  private static final String FILE_SUFFIX = "_FILE";

  /// The server that the client commands connect to; not a setting of the server itself.
  public static final String URL = "TERTULIA_URL";

  /// Variables that only the launcher and the commands read.
  private static final Set<String> OTHERS =
      Set.of("TERTULIA_JAVA_OPTS", "TERTULIA_JDK_FOLDERS", URL);

  private static final Set<Setting> RELOADED =
      Set.of(
          LOG_LEVEL,
          LOG_LEVELS,
          LOG_FORMAT,
          AUTH_HS256_SECRET,
          AUTH_ISSUERS,
          AUTH_CLOCK_SKEW,
          AUTH_CLAIMS_CAN,
          AUTH_CLAIMS_NAME,
          AUTH_CLAIMS_GROUPS,
          AUTH_GROUPS,
          AUTH_KEYS,
          API_KEYS,
          LIMITS_CONNECTIONS_PER_ADDRESS,
          LIMITS_CONNECTIONS_PER_CLIENT,
          LIMITS_MESSAGES_PER_SECOND,
          LIMITS_BURST,
          LIMITS_BYTES_PER_SECOND,
          LIMITS_BURST_BYTES,
          LIMITS_MESSAGES_PER_SECOND_PER_CLIENT,
          LIMITS_BYTES_PER_SECOND_PER_CLIENT,
          LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT,
          LIMITS_JOINS_PER_SECOND_PER_CLIENT,
          LIMITS_QUERIES_PER_SECOND_PER_CLIENT,
          LIMITS_REQUESTS_PER_SECOND,
          LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS,
          LIMITS_HANDSHAKES_PER_SECOND_PER_ADDRESS,
          LIMITS_SEND_QUEUE_BYTES);

  private final String key;
  private final String byDefault;
  private final String meaning;
  private final @Nullable String option;
  private final Form form;

  Setting(String key, String byDefault, String meaning) {
    this(key, byDefault, meaning, null, Form.TEXT);
  }

  Setting(String key, String byDefault, String meaning, String option) {
    this(key, byDefault, meaning, option, Form.TEXT);
  }

  Setting(String key, String byDefault, String meaning, Form form) {
    this(key, byDefault, meaning, null, form);
  }

  Setting(String key, String byDefault, String meaning, @Nullable String option, Form form) {
    this.key = key;
    this.byDefault = byDefault;
    this.meaning = meaning;
    this.option = option;
    this.form = form;
  }

  /// Its name, such as `limits.burst`.
  public String key() {
    return key;
  }

  /// Its default value, as text; empty for none.
  public String byDefault() {
    return byDefault;
  }

  /// Its description, as `--help` and the documentation show it.
  public String meaning() {
    return meaning;
  }

  /// Its option of `serve`; `null` for none.
  public @Nullable String option() {
    return option;
  }

  /// How it is written.
  public Form form() {
    return form;
  }

  /// Whether a running server takes a new value; others need a restart.
  public boolean isReloaded() {
    return RELOADED.contains(this);
  }

  /// Whether no message may contain its value.
  boolean isSecret() {
    return switch (form) {
      case SECRET, SECRETS, URL -> true;
      case TEXT, LIST, RECORDS, MAPPING -> false;
    };
  }

  /// Its name in the environment, such as `TERTULIA_LIMITS_BURST`.
  public String environmentName() {
    return PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /// The variable that names a file with its value.
  String fileVariable() {
    return environmentName() + FILE_SUFFIX;
  }

  /// Whether the server must know the variable `name`: it begins with `TERTULIA_` and is not one
  /// that only the launcher and the commands read.
  static boolean isEnvironmentName(String name) {
    return name.startsWith(PREFIX) && !OTHERS.contains(name);
  }
}
