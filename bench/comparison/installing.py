"""Gets the peers there: from npm, Maven Central, Go's modules and Debian's packages, and from nowhere else.

Doing it again does nothing, unless a version or a source has changed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import time

from comparison import ROOT, CannotGoOn
from comparison.peers import DEBIAN_PYTHON, PEERS
from comparison.process import WORK

CLIENT = ROOT / "client-java"

# Those of ./tertulia bench: no collector's threads beside it on its core.
GENERATOR_FLAGS = ("-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-Xms1g", "-Xmx1g", "-Xmn64m")

CENTRIFUGO = "6.9.1"

DEBIAN = ("python3-fastapi", "uvicorn", "python3-websockets", "python3-uvloop")
PYTHON_VERSIONS = (
    "import fastapi, uvicorn, websockets, uvloop;"
    "from importlib.metadata import version;"
    "import platform;"
    "print(', '.join(p + ' ' + version(p) for p in ('fastapi', 'uvicorn', 'websockets', 'uvloop')),"
    " 'on Python', platform.python_version())"
)


def say(text):
    print(f"bench: {text}", flush=True)


def install(name):
    """Sees to it that the server of this name can be started, and returns what version it is."""
    return {
        "tertulia": tertulia,
        "bun": bun,
        "centrifugo": centrifugo,
        "socket.io": socket_io,
        "vertx": lambda: java("vertx", "vertx-core", "netty-transport"),
        "spring": lambda: java("spring", "spring-boot", "tomcat-embed-core"),
        "fastapi": fastapi,
    }[name]()


def run(command, folder):
    """Shows what a command says as it says it, and how long it took."""
    say("  " + " ".join(str(word) for word in command))
    began = time.monotonic()
    if subprocess.run(command, cwd=folder).returncode != 0:
        raise CannotGoOn(f"that failed; it was run in {folder}")
    say(f"  done in {time.monotonic() - began:.0f} s")


def need(program, package):
    if shutil.which(program) is None:
        raise CannotGoOn(f"{program} not found: install it (Debian: apt-get install {package})")


def asked(command, folder=ROOT):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def jdk():
    """The home of a JDK 25: what JAVA_HOME names, or the first one where Linux has them."""
    for home in (os.environ.get("JAVA_HOME", ""), *sorted(pathlib.Path("/usr/lib/jvm").glob("*"))):
        release = pathlib.Path(home or "/nowhere") / "release"
        if release.is_file() and 'JAVA_VERSION="25' in release.read_text():
            return str(home)
    raise CannotGoOn("no JDK 25 found: install one, or set JAVA_HOME to it")


def tertulia():
    """Builds it by asking it something that only the program knows: its launcher does the rest."""
    if subprocess.run([ROOT / "tertulia", "serve", "--help"], stdout=subprocess.DEVNULL).returncode:
        raise CannotGoOn("./tertulia serve --help fails; what it said is above")
    commit = asked(["git", "describe", "--always", "--dirty", "--exclude", "*"])
    version = asked([ROOT / "tertulia", "--version"]).removeprefix("tertulia ")
    return f"{version} ({commit})" if commit else version


def load_generator():
    """Builds the project's client, which is the load generator, and returns its command."""
    jar = CLIENT / "target" / "tertulia-client.jar"
    if is_older(jar, [ROOT / "pom.xml", CLIENT / "pom.xml", *CLIENT.glob("src/main/**/*.java")]):
        say("building the load generator, in client-java/target")
        maven(["-pl", "client-java", "-am", "-DskipTests", "package"], ROOT)
        os.utime(jar)
    return (f"{jdk()}/bin/java", *GENERATOR_FLAGS, "-jar", str(jar), "bench")


def is_older(built, sources):
    return not built.exists() or any(s.stat().st_mtime > built.stat().st_mtime for s in sources)


def maven(arguments, folder):
    need("mvn", "maven")
    command = ["mvn", "-B", "-q", "--no-transfer-progress", *arguments]
    say("  " + " ".join(command))
    if subprocess.run(command, cwd=folder, env=dict(os.environ, JAVA25_HOME=jdk())).returncode != 0:
        raise CannotGoOn(f"the build in {folder} failed; see Maven's output above")


def packages(name):
    """A peer from npm, exactly as its lock file says. No package runs a script of its own."""
    need("node", "nodejs")
    need("npm", "npm")
    folder = PEERS / name
    lock = folder / "package-lock.json"
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        wanted = json.loads((folder / "package.json").read_text())["dependencies"]
        what = ", ".join(f"{package} {version}" for package, version in wanted.items())
        say(f"installing {what} from npm into {folder.relative_to(ROOT)}/node_modules")
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"], folder)
        os.utime(installed)
    return folder


def bun_program():
    """The program itself, where npm has put it: a package for each system and processor holds one."""
    found = sorted((PEERS / "bun" / "node_modules" / "@oven").glob("*/bin/bun"))
    if not found:
        raise CannotGoOn("npm brought no Bun for this system and processor")
    found[0].chmod(0o755)
    return str(found[0])


def bun():
    packages("bun")
    return asked([bun_program(), "--version"])


def centrifugo_program():
    return str(WORK / "go" / f"centrifugo-{CENTRIFUGO}")


def centrifugo():
    """Builds it from its module: what Go's checksum database does not know is refused."""
    program = pathlib.Path(centrifugo_program())
    if not program.exists():
        need("go", "golang, if that is new enough for it; else from https://go.dev/dl")
        say(f"building Centrifugo {CENTRIFUGO}, with its modules, in {program.parent.relative_to(ROOT)}")
        module = f"github.com/centrifugal/centrifugo/v6@v{CENTRIFUGO}"
        run(["env", f"GOBIN={program.parent}", "go", "install", module], ROOT)
        (program.parent / "centrifugo").rename(program)
    return f"{CENTRIFUGO}, {asked(['go', 'version', str(program)]).rpartition(' ')[2]}"


def socket_io():
    folder = packages("socket.io")
    installed = json.loads((folder / "node_modules/socket.io/package.json").read_text())
    return f"{installed['version']} on Node.js {asked(['node', '--version']).lstrip('v')}"


def java(name, *libraries):
    """A peer in Java: built when one of its sources is newer than what was built."""
    folder = PEERS / name
    jar = folder / "target" / "peer.jar"
    if is_older(jar, [PEERS / "pom.xml", folder / "pom.xml", *folder.glob("src/**/*.java")]):
        say(f"building {name}, with libraries from Maven Central, in {folder.relative_to(ROOT)}/target")
        shutil.rmtree(folder / "target", ignore_errors=True)
        maven(["-pl", name, "package"], PEERS)
    return ", ".join(library_version(folder / "target" / "lib", library) for library in libraries)


def library_version(folder, library):
    for jar in folder.glob(f"{library}-[0-9]*.jar"):
        return f"{library} {jar.stem.removeprefix(library + '-')}"
    return library


def fastapi():
    versions = asked([DEBIAN_PYTHON, "-c", PYTHON_VERSIONS])
    if not versions:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise CannotGoOn("FastAPI is missing (Debian: apt-get install " + " ".join(DEBIAN) + ")")
        say("installing " + ", ".join(DEBIAN) + " from Debian")
        run(["apt-get", "update", "-q"], ROOT)
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *DEBIAN], ROOT)
        versions = asked([DEBIAN_PYTHON, "-c", PYTHON_VERSIONS])
        if not versions:
            raise CannotGoOn("Debian's packages of FastAPI are there, and do not work")
    return versions
