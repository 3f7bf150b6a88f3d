# shellcheck shell=sh disable=SC2034
# What the launcher of the project and that of the packages have in common.

# The JVM decodes its arguments, the environment and the names of files in the character set of the locale. If
# that is not UTF-8 (cron, containers), or not installed, text that is not ASCII would be corrupted. The output of
# the programs does not depend on the locale. Where the files of the first one lie as in Debian, nobody is asked: each
# program that is started delays the server.
if [ -r /usr/lib/locale/C.utf8/LC_CTYPE ] || [ -r /usr/lib/locale/C.UTF-8/LC_CTYPE ]; then
  export LC_ALL=C.UTF-8
  locales=
else
  locales="C.UTF-8 C.utf8 en_US.UTF-8"
fi
for locale in $locales; do
  # Without a `locale` program (musl), UTF-8 is the only character set.
  case $(LC_ALL=$locale locale charmap 2>/dev/null || echo unknown) in
    UTF-8 | unknown)
      export LC_ALL="$locale"
      break
      ;;
  esac
done

# JVM flags while an AOT cache is recorded. By default it also contains machine code for the CPU on which it is
# recorded, and would end with an illegal instruction on an older one.
training_flags="-XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching -XX:-AOTStubCaching"

# A checksum of standard input: part of the name of what was made from one build, so that it is not used with another. It
# is to notice a jar that was replaced. Nobody is kept from forging it, because who may replace a jar may replace what
# runs it; so the quickest one serves that the images have, too.
checksum() {
  if command -v sha1sum >/dev/null; then
    sum=$(sha1sum)
  else
    sum=$(shasum)
  fi
  printf '%.16s\n' "$sum"
}

# Records an AOT cache of loaded and linked classes, which shortens a start, in the file $1, while the java $2 runs the
# command $4 of the jar $3 with the further flags. What they say goes to the file $log.
record() {
  recorded=$1
  recorder=$2
  recorded_jar=$3
  rehearsal=$4
  shift 4
  # shellcheck disable=SC2086
  if "$recorder" "$@" $training_flags -XX:AOTCacheOutput="$recorded.$$" -jar "$recorded_jar" "$rehearsal" \
    >"$log" 2>&1 && [ -s "$recorded.$$" ]; then
    mv "$recorded.$$" "$recorded"
  else
    rm -f "$recorded.$$" "$recorded.$$".*
    return 1
  fi
}

# Sets $terminal to the flags that tell the JVM, which cannot find out by itself, what is a terminal.
find_terminal() {
  terminal=
  [ ! -t 2 ] || terminal=-Dtertulia.terminal=true
  [ ! -t 1 ] || terminal="$terminal -Dtertulia.output.terminal=true"
}
