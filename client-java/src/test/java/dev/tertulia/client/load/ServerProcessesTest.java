package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the system says of processes, in a folder that looks like its own, and in its own.
final class ServerProcessesTest {
  @TempDir private Path proc;

  private void write(String file, String text) throws IOException {
    Path path = proc.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void writeProcess(int pid, long ticks, long rss) throws IOException {
    String times = (ticks - 3) + " 3";
    write(pid + "/stat", pid + " (a) b) S 1 2 3 4 5 6 7 8 9 10 " + times + " 0 0 20\n");
    write(pid + "/status", "Name:\ta\nVmHWM:\t  99999 kB\nVmRSS:\t    " + rss + " kB\n");
  }

  @Test
  void timeAndMemoryOfAllProcessesAreAdded() throws IOException {
    writeProcess(7, 100, 2000);
    write("7/task/7/schedstat", "700000000 1 2\n");
    write("7/task/8/schedstat", "300000000 1 2\n");
    writeProcess(9, 50, 500);
    write("9/task/9/schedstat", "500000000 1 2\n");
    ServerProcesses processes = new ServerProcesses(proc, List.of(7L, 9L));
    assertThat(processes.rssKb()).isEqualTo(2500);
    ServerProcesses.Time before = processes.time();
    assertThat(before).isEqualTo(new ServerProcesses.Time(1_500_000_000L, 1_500_000_000L));

    writeProcess(9, 61, 500);
    write("9/task/9/schedstat", "612345678 1 2\n");
    assertThat(processes.time().since(before)).isEqualTo(112_345_678);
  }

  @Test
  void theTimeOfAnEndedThreadStillCounts() throws IOException {
    writeProcess(7, 100, 2000);
    write("7/task/7/schedstat", "1000000000 1 2\n");
    write("7/task/8/schedstat", "0 1 2\n");
    ServerProcesses processes = new ServerProcesses(proc, List.of(7L));
    ServerProcesses.Time before = processes.time();
    writeProcess(7, 300, 2000);
    Files.delete(proc.resolve("7/task/8/schedstat"));
    assertThat(processes.time().since(before)).isEqualTo(1_980_000_000L);
  }

  @Test
  void aMissingProcessIsReported() {
    assertThatThrownBy(() -> new ServerProcesses(proc, List.of(7L)))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("no process 7");
  }

  @Test
  void theProcessThatListensOnAPortIsFound() throws IOException {
    int port;
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = listening.getLocalPort();
      assertThat(Listeners.on(Path.of("/proc"), port))
          .containsExactly(ProcessHandle.current().pid());
    }
    assertThat(Listeners.on(Path.of("/proc"), port)).isEmpty();
    assertThat(Listeners.on(proc, 80)).isEmpty();
  }

  @Test
  void aLowOpenFileLimitIsReportedBeforeAnythingIsOpened() throws IOException {
    write(
        "limits",
        """
        Limit  Soft Limit  Hard Limit  Units
        Max open files            1024                 4096                 files
        """);
    OpenFiles.require(900, proc.resolve("limits"));
    assertThatThrownBy(() -> OpenFiles.require(1000, proc.resolve("limits")))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("ulimit -n 1100");
    OpenFiles.require(1_000_000, proc.resolve("missing"));
  }
}
