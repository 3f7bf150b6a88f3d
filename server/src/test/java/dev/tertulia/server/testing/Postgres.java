package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.sql.Snapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL on a free port of loopback, for as long as the tests need it. Databases are in
/// UTF-8, sorted by bytes, and lost when the process of the tests ends.
///
/// The programs are unpacked once for each user of the machine, and the first `initdb` is kept
/// beside them: a start copies it. PostgreSQL refuses to run as root, so root starts it as the user
/// `postgres` or `nobody`. It ends with the process that started it, however that ends.
public final class Postgres implements AutoCloseable {
  /// The tag of tests that are run once more with each older version that serves.
  public static final String TAG = "postgres";

  /// Who owns everything in it.
  private static final String OWNER = "tester";

  private static final String PROGRAMS = "/postgres-linux-x86_64.txz";

  /// What it logs when it serves; a standby serves those who only read.
  private static final Pattern READY =
      Pattern.compile("database system is ready to accept (?:read-only )?connections");

  private static final int ATTEMPTS = 3;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /// For tests that need no settings of their own.
  private static @Nullable Postgres shared;

  private final Path folder;
  private final int port;

  /// What runs its program.
  private final List<String> before;

  private Process process;

  private Postgres(List<String> before, Path folder, Process process, int port) {
    this.before = before;
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /// The one that all tests of this process share; it is started when it is first needed.
  public static synchronized Postgres shared() {
    Postgres running = shared;
    if (running == null) {
      running = start();
      Runtime.getRuntime().addShutdownHook(new Thread(running::close, "end-of-postgres"));
      shared = running;
    }
    return running;
  }

  /// Starts one.
  ///
  /// @param settings further lines of its configuration, such as `max_connections = 5`
  public static Postgres start(String... settings) {
    return start(Map.of(), settings);
  }

  /// As above.
  ///
  /// @param files to be put into its data folder, by their names, such as `server.key`
  public static Postgres start(Map<String, String> files, String... settings) {
    return start(List.of(), files, settings);
  }

  /// Starts one that sees other files than the tests do.
  ///
  /// @param before a command that runs it as its last arguments
  public static Postgres startIn(List<String> before, String... settings) {
    return start(before, Map.of(), settings);
  }

  private static Postgres start(
      List<String> before, Map<String, String> files, String... settings) {
    try {
      Path made = made();
      Path folder = Files.createTempDirectory("tertulia-postgres-");
      Path data = folder.resolve("data");
      give(folder);
      run(asOwner("cp", "-a", made.resolve("cluster").toString(), data.toString()));
      for (Map.Entry<String, String> file : files.entrySet()) {
        give(Files.writeString(data.resolve(file.getKey()), file.getValue()));
      }
      IllegalStateException failure = new IllegalStateException("PostgreSQL does not start");
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Somebody else may take the port in between.
        int port = TestServer.freePort();
        try {
          return new Postgres(before, folder, begin(before, made, folder, port, settings), port);
        } catch (IllegalStateException e) {
          failure.addSuppressed(e);
        }
      }
      remove(folder);
      throw failure;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts a standby that follows this one. Nobody may write meanwhile.
  ///
  /// @param name which `synchronous_standby_names` can name
  public Postgres standby(String name) {
    try {
      Path copy = Files.createTempDirectory("tertulia-postgres-");
      Path data = copy.resolve("data");
      give(copy);
      try (Connection connection = connect("postgres");
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_backup_start('" + name + "', fast => true)");
        run(asOwner("cp", "-a", folder.resolve("data").toString(), data.toString()));
        try (ResultSet label = statement.executeQuery("SELECT labelfile FROM pg_backup_stop()")) {
          label.next();
          give(Files.writeString(data.resolve("backup_label"), label.getString(1)));
        }
      }
      Files.delete(data.resolve("postmaster.pid"));
      give(Files.writeString(data.resolve("standby.signal"), ""));
      Files.writeString(
          data.resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 port=%s user=%s application_name=%s'%n"
              .formatted(port, OWNER, name));
      int own = TestServer.freePort();
      return new Postgres(List.of(), copy, begin(List.of(), made(), copy, own), own);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Has a standby become a primary, and waits until it is one.
  public void promote() {
    execute("postgres", "SELECT pg_promote(wait => true, wait_seconds => 60)");
  }

  /// Has a standby receive nothing more.
  public void followNobody() {
    execute("postgres", "ALTER SYSTEM SET primary_conninfo = ''");
    execute("postgres", "SELECT pg_reload_conf()");
  }

  /// The port of loopback that it listens on.
  public int port() {
    return port;
  }

  /// Where its data is.
  public Path data() {
    return folder.resolve("data");
  }

  /// Whether it has not ended.
  public boolean isRunning() {
    return process.isAlive();
  }

  /// The address that a database of its primary has on a standby.
  public String address(String url) {
    return url.replaceFirst("127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + port);
  }

  /// The programs, and a cluster as `initdb` makes it: unpacked and made if they are not there.
  @SuppressWarnings("try") // The lock is held, and not used otherwise.
  private static Path made() throws IOException {
    URL archive = Postgres.class.getResource(PROGRAMS);
    if (archive == null) {
      throw new IllegalStateException(
          "there is no PostgreSQL for the tests on this platform: only for Linux on x86-64");
    }
    String version = archive.getPath().replaceAll("^.*-([0-9.]+)\\.jar!.*$", "$1");
    Path made =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "tertulia-postgres-%s-of-%s".formatted(version, System.getProperty("user.name")));
    Path lock = made.resolveSibling(made.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (!Files.exists(made)) {
        make(archive, made);
      }
    }
    return made;
  }

  private static void make(URL archive, Path made) throws IOException {
    Path making = Files.createTempDirectory(made.getParent(), "tertulia-postgres-making-");
    Path packed = making.resolve("programs.txz");
    try (InputStream in = archive.openStream()) {
      Files.copy(in, packed, StandardCopyOption.REPLACE_EXISTING);
    }
    run(List.of("tar", "-xJf", packed.toString(), "-C", making.toString()));
    Files.delete(packed);
    Path cluster = making.resolve("cluster");
    Files.createDirectory(cluster);
    Files.setPosixFilePermissions(making, PosixFilePermissions.fromString("rwxr-xr-x"));
    give(cluster);
    run(
        asOwner(
            making.resolve("bin/initdb").toString(),
            "--pgdata=" + cluster,
            "--username=" + OWNER,
            "--encoding=UTF8",
            "--no-locale",
            "--auth=trust",
            "--wal-segsize=1",
            "--no-sync",
            "--no-instructions"));
    Files.move(making, made);
  }

  /// Starts it, and waits until it accepts connections.
  private static Process begin(
      List<String> before, Path made, Path folder, int port, String... settings)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(asOwner());
    Collections.addAll(
        command, made.resolve("bin/postgres").toString(), "-D", folder.resolve("data").toString());
    List<String> all =
        Stream.concat(
                Stream.of(
                    "port=" + port,
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    "fsync=off",
                    "full_page_writes=off",
                    "shared_buffers=32MB",
                    "min_wal_size=2MB",
                    "jit=off",
                    "log_destination=stderr"),
                Stream.of(settings))
            .toList();
    all.forEach(setting -> Collections.addAll(command, "-c", setting));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(folder.toFile());
    builder.environment().put("LC_ALL", "C");
    CompletableFuture<Process> ready = new CompletableFuture<>();
    // It is told of the end of the thread that has started it.
    Thread.ofPlatform().name("postgres").daemon().start(() -> watch(builder, ready));
    try {
      return ready.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new IllegalStateException("PostgreSQL does not become ready", e);
    }
  }

  private static void watch(ProcessBuilder builder, CompletableFuture<Process> ready) {
    List<String> lines = new ArrayList<>();
    try {
      Process process = builder.start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (!ready.isDone()) {
            lines.add(line);
          }
          if (READY.matcher(line).find()) {
            ready.complete(process);
          }
        }
      }
      ready.completeExceptionally(new IllegalStateException(String.join("\n", lines)));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /// `program` as the user that runs PostgreSQL, ending with the thread that starts it.
  static List<String> asOwner(String... program) throws IOException {
    List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "QUIT"));
    if (isRoot()) {
      String user = user();
      Collections.addAll(command, "--reuid=" + user, "--regid=" + group(user), "--clear-groups");
    }
    Collections.addAll(command, program);
    return command;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String user() throws IOException {
    List<String> users =
        Files.readAllLines(Path.of("/etc/passwd")).stream()
            .map(line -> line.split(":", -1)[0])
            .toList();
    return users.contains("postgres") ? "postgres" : "nobody";
  }

  /// The number of the user's group.
  private static String group(String user) throws IOException {
    return Files.readAllLines(Path.of("/etc/passwd")).stream()
        .filter(line -> line.startsWith(user + ":"))
        .map(line -> line.split(":", -1)[3])
        .findFirst()
        .orElseThrow();
  }

  /// Gives a folder or a file to the user that runs PostgreSQL, and to nobody else.
  public static void give(Path folder) throws IOException {
    if (isRoot()) {
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  private static void run(List<String> command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IllegalStateException(
          "the tests with PostgreSQL need setpriv, tar and xz: install util-linux, tar and"
              + " xz-utils",
          e);
    }
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            "'%s' failed (tests with PostgreSQL need util-linux, tar and xz-utils): %s"
                .formatted(String.join(" ", command), out));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void remove(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Creates an empty database.
  ///
  /// @param options of `CREATE DATABASE`, such as `ENCODING 'LATIN1'`
  /// @return its address
  public String newDatabase(String... options) {
    String name = "test_" + NUMBER.incrementAndGet();
    execute(
        "postgres",
        "CREATE DATABASE %s TEMPLATE template0 %s".formatted(name, String.join(" ", options)));
    return "postgresql://%s@127.0.0.1:%s/%s".formatted(OWNER, port, name);
  }

  /// Creates a copy of a database that nobody is connected to.
  ///
  /// @return its address
  public String copyOf(String url) {
    String name = "test_" + NUMBER.incrementAndGet();
    execute("postgres", "CREATE DATABASE %s TEMPLATE %s".formatted(name, name(url)));
    return url.substring(0, url.lastIndexOf('/') + 1) + name;
  }

  /// Removes a database, and cuts its connections.
  public void drop(String url) {
    execute("postgres", "DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name(url)));
  }

  private static String name(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%s/%s?user=%s".formatted(port, database, OWNER));
  }

  /// A connection of the test's own.
  public static Connection connectTo(String url) throws SQLException {
    return connectTo(url, "");
  }

  /// As above.
  ///
  /// @param parameters more of the driver's, such as `&preferQueryMode=simple`
  public static Connection connectTo(String url, String parameters) throws SQLException {
    return DriverManager.getConnection(
        url.replaceFirst("^postgresql://([^@]*)@(.*)$", "jdbc:postgresql://$2?user=$1")
            + "&currentSchema=tertulia"
            + parameters);
  }

  /// Requires that nothing in the database of a server is damaged or contradicts itself.
  public static void requireSound(String url) {
    requireSound(PostgresDatabase.existing(PostgresAddress.of(url, null)));
  }

  /// The same of what is in a database, which it closes.
  public static void requireSound(PostgresDatabase opened) {
    try (PostgresDatabase database = opened;
        Snapshot snapshot = database.snapshot()) {
      assertThat(Check.of(snapshot, Progress.NONE).findings()).isEmpty();
    }
  }

  private void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Executes a statement in a database; in a transaction of its own.
  ///
  /// @return the first column of the first row; empty if there is none
  public static String ask(String url, String sql) {
    try (Connection connection = connectTo(url);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet result = statement.getResultSet()) {
        return result.next() ? String.valueOf(result.getString(1)) : "";
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Kills all of its processes at once. What it has confirmed is kept, although nothing was
  /// synced.
  public void kill() {
    List<ProcessHandle> all = processes();
    signal("STOP", all);
    signal("KILL", all);
    all.forEach(each -> each.onExit().join());
  }

  /// Starts it again after [#kill], with its data and on its port.
  ///
  /// @param settings as of [#start]
  public void restart(String... settings) {
    try {
      process = begin(before, made(), folder, port, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Has all of its processes stand still: it accepts connections and answers none.
  public void pause() {
    signal("STOP", processes());
  }

  /// Has them go on.
  public void resume() {
    signal("CONT", processes());
  }

  /// The one that was started first.
  private List<ProcessHandle> processes() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    for (ProcessHandle each : processes) {
      try {
        run(List.of("kill", "-" + name, Long.toString(each.pid())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (IllegalStateException failure) {
        // One that has ended meanwhile needs none.
        if (each.isAlive()) {
          throw failure;
        }
      }
    }
  }

  /// Ends it without a word to its clients, and removes its data.
  @Override
  public void close() {
    try {
      if (process.isAlive()) {
        resume();
        // QUIT: it neither waits for connections nor writes what is in memory.
        run(List.of("kill", "-QUIT", Long.toString(process.pid())));
      }
      if (!process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      remove(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
