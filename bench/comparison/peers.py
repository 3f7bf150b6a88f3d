"""Who is compared: how each is started, and how one speaks to it."""
import os
import sys
from dataclasses import dataclass, field, replace

from comparison import BENCH, ROOT

PEERS = BENCH / "peers"

# Debian's Python is the one that has Debian's packages.
DEBIAN_PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable

# The same for every server in Java, Tertulia among them, whose launcher has these by itself.
JVM_FLAGS = [
    "-XX:+UseCompactObjectHeaders",
    "--enable-native-access=ALL-UNNAMED",
    "-XX:+UseG1GC",
    "-Xms64m",
    "-XX:G1HeapRegionSize=1m",
    "-XX:MaxTenuringThreshold=1",
    "-XX:MaxRAMPercentage=50",
]


@dataclass(frozen=True)
class Server:
    """One that is compared: a peer, or Tertulia under some settings.

    `command` may hold `{port}`, `{jdk}` and `{data}`, a folder that is empty at each start.
    `path`, `message` and `talk` are what the load generator is told: templates of its own, in which `#`
    is the connection's number and `@` the marker that it looks for in what comes back. `CROWD` differs
    for each generator on the same server, so that no two connections are of one client.
    """

    name: str
    title: str
    command: tuple
    environment: dict = field(default_factory=dict)
    folder: object = ROOT
    path: str = "/ws/CROWD-#"
    message: str = '{"type":"chat","sender":"CROWD-#","message":"@"}'
    talk: tuple = ()
    is_jvm: bool = False

    @property
    def is_ours(self):
        return self.name.startswith("tertulia")


def java(name):
    """A Java peer, as the build of bench/peers leaves it."""
    target = PEERS / name / "target"
    main = f"dev.tertulia.peers.{name}.ChatRoom"
    return ("{jdk}/bin/java", *JVM_FLAGS, "-cp", f"{target}/peer.jar:{target}/lib/*", main)


# No bound on how fast one may talk, since no peer has one.
TERTULIA_SETTINGS = {
    "TERTULIA_PORT": "{port}",
    "TERTULIA_DATA": "{data}",
    "TERTULIA_LIMITS_MESSAGES_PER_SECOND": "0",
    "TERTULIA_LIMITS_BYTES_PER_SECOND": "0",
}

TERTULIA = Server(
    name="tertulia",
    title="Tertulia",
    command=(str(ROOT / "tertulia"), "serve"),
    environment=TERTULIA_SETTINGS,
    is_jvm=True,
)


def tertulia_with(name, words, settings):
    """Tertulia under other settings."""
    return replace(
        TERTULIA,
        name=f"tertulia-{name}",
        title=f"{TERTULIA.title}, {words}",
        environment={**TERTULIA_SETTINGS, **settings},
    )


# Sends each message at once, instead of several together when it is busy.
UNPACED = tertulia_with("unpaced", "flush budget 0", {"TERTULIA_LIMITS_FLUSH_BUDGET": "0ms"})

# Of rooms that keep nothing, as the peers' rooms do.
KEEPING_NOTHING = tertulia_with("signal", "keeping nothing", {"TERTULIA_ROOMS": "[{name: '*', kind: signal}]"})

BUN = Server(
    name="bun",
    title="Bun",
    command=("{bun}", "server.js"),
    environment={"PORT": "{port}"},
    folder=PEERS / "bun",
)

# One thread for Go's code, as there is one core: more would only take turns.
CENTRIFUGO = Server(
    name="centrifugo",
    title="Centrifugo",
    command=("{centrifugo}", "--config", "config.json", "--http_server.address", "127.0.0.1", "--http_server.port", "{port}"),
    environment={"GOMAXPROCS": "1"},
    folder=PEERS / "centrifugo",
    # Its JSON protocol: a command has an id, an empty object asks whether one is there.
    path="/connection/websocket",
    message='{"id":3,"publish":{"channel":"lobby","data":{"type":"chat","sender":"CROWD-#","message":"@"}}}',
    talk=(
        *("--hello", '{"id":1,"connect":{}}'),
        *("--hello", '{"id":2,"subscribe":{"channel":"lobby"}}'),
        *("--ready", '"id":2,"subscribe"'),
        *("--answer", "{}={}"),
    ),
)

SOCKET_IO = Server(
    name="socket.io",
    title="Socket.IO",
    command=("node", "server.js"),
    environment={"PORT": "{port}", "NODE_ENV": "production"},
    folder=PEERS / "socket.io",
    # Engine.IO's packets: 40 joins, 42 is an event, 2 asks whether one is there and 3 says so.
    path="/socket.io/?EIO=4&transport=websocket",
    message='42["message",{"type":"chat","sender":"CROWD-#","message":"@"}]',
    talk=("--hello", "40", "--ready", "40{", "--answer", "2=3"),
)

VERTX = Server(
    name="vertx",
    title="Vert.x",
    command=java("vertx"),
    environment={"PORT": "{port}"},
    folder=PEERS / "vertx",
    is_jvm=True,
)

SPRING = Server(
    name="spring",
    title="Spring Boot",
    command=java("spring"),
    environment={"PORT": "{port}"},
    folder=PEERS / "spring",
    is_jvm=True,
)

FASTAPI = Server(
    name="fastapi",
    title="FastAPI (the example)",
    command=(DEBIAN_PYTHON, "-m", "uvicorn", "main:app", "--port", "{port}", "--log-level", "warning"),
    environment={"PYTHONDONTWRITEBYTECODE": "1"},
    folder=PEERS / "fastapi",
)

# In the order in which tables and charts show them.
SERVERS = {
    server.name: server
    for server in (TERTULIA, KEEPING_NOTHING, UNPACED, BUN, CENTRIFUGO, VERTX, SPRING, SOCKET_IO, FASTAPI)
}
COMPARED = ("bun", "centrifugo", "vertx", "spring", "socket.io", "fastapi")
REFERENCE = "bun"
