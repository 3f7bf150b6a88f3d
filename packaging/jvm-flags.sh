# shellcheck shell=sh disable=SC2034
# How the JVM of a server, and that of a command, is started. The launcher of the project and that of the packages
# read this file. TERTULIA_JAVA_OPTS adds flags, and takes precedence.

# Lets the JVM map its AOT cache at the address for which it was made. By default it moves it, and then has to write to
# many of its pages at each start: that takes time, and a server has 17 MB of memory more that the kernel can't drop.
mapping_flags="-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0"

# JVM flags of every server and of commands on its data. The collector is explicit, so that it does not depend on the
# number of cores. What survives one collection is a message for those who come back, and stays: it is copied once more,
# and not up to fifteen times, while everybody waits. Looking for classes that nobody uses any more, of which a server
# has none, would be most of the pause that ends each marking of the heap. Netty's events for the Flight Recorder are
# off, because their classes would be made at each start. TERTULIA_JAVA_OPTS comes last and takes precedence.
server_flags="$mapping_flags -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED -XX:+UseG1GC -Xms64m
  -XX:G1HeapRegionSize=1m -XX:MaxTenuringThreshold=1 -XX:-ClassUnloadingWithConcurrentMark
  -XX:+ExitOnOutOfMemoryError -Dio.netty.jfr.enabled=false ${TERTULIA_JAVA_OPTS-}"

# JVM flags of short commands that talk to a server.
client_flags="$mapping_flags -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Xmx64m ${TERTULIA_JAVA_OPTS-}"

# The folder of Netty's native libraries in a build or a package. They are loaded from there; otherwise each start would
# extract a copy into the folder for temporary files, which may be mounted noexec.
native_folder=lib/native/META-INF/native

# Reduces $memory, in MiB, to what the control group $2 below $1, or one around it, allows in its file $3.
bound_by_group() {
  group=$2
  while :; do
    bytes=
    if [ -r "$1$group/$3" ]; then
      read -r bytes <"$1$group/$3" || true
    fi
    case $bytes in
      '' | *[!0-9]*) ;;
      *) [ $((bytes / 1048576)) -ge "$memory" ] || memory=$((bytes / 1048576)) ;;
    esac
    case $group in
      ?*/* | /?*) group=${group%/*} ;;
      *) break ;;
    esac
  done
}

# Sets $memory to the memory of the machine or container in MiB, as the JVM determines it too; 0 if unknown. No
# other program is started for this, because that would delay the start.
find_memory() {
  memory=0
  if [ -r /proc/meminfo ]; then
    read -r _ kib _ </proc/meminfo
    memory=$((kib / 1024))
  fi
  if [ -r /proc/self/cgroup ]; then
    while IFS=: read -r number controllers path; do
      case $number:,$controllers, in
        0:,,) bound_by_group /sys/fs/cgroup "${path%/}" memory.max ;;
        *,memory,*) bound_by_group /sys/fs/cgroup/memory "${path%/}" memory.limit_in_bytes ;;
      esac
    done </proc/self/cgroup
  fi
}

# The memory that a server needs besides its heap and its direct memory, in MiB: about 120 for classes, compiled code,
# threads, the collector and SQLite, and the rest for the page cache.
besides=160

# Sets $memory_flags to the JVM flags that bound the heap and the direct memory of a server. The heap has half of the
# memory, and the direct memory a quarter, so that a quarter is left; on a small machine or in a small container, where
# that is less than $besides, both have less. In order, so that TERTULIA_JAVA_OPTS can still change each of them. A
# command on the data is started without these: its heap is bound to a quarter of the memory, which is the JVM's default,
# because a server may run beside it.
find_memory_flags() {
  find_memory
  memory_flags=-XX:MaxRAMPercentage=50
  [ "$memory" -gt 0 ] || return 0
  heap=$((memory / 2))
  direct=$((memory / 4))
  if [ $((memory - heap - direct)) -lt "$besides" ]; then
    heap=$(((memory - besides) * 2 / 3))
    direct=$((heap / 2))
    [ "$heap" -ge 64 ] || heap=64
    [ "$direct" -ge 32 ] || direct=32
  fi
  memory_flags="-XX:MaxRAMPercentage=$(((heap * 100 + memory / 2) / memory)) -XX:MaxDirectMemorySize=${direct}m"
}
