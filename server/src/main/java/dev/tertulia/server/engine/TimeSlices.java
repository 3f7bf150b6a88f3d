package dev.tertulia.server.engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The time slices that threads of this process request from Linux.
///
/// A short slice gives a thread no more processor time, but lets it run as soon as it wakes,
/// instead of when the slice of the running thread ends (2 to 4 ms by default). That is for threads
/// that others wait for and that work briefly, again and again. Linux grants it since 6.12, to any
/// thread and without a privilege; earlier kernels ignore the request. A thread that such a thread
/// starts inherits its slice.
///
/// # Failure
///
/// Slices only shorten waits. Where they can't be requested (another operating system or processor,
/// a sandbox that forbids the system call) everything runs as it would without them.
public final class TimeSlices {
  /// The shortest slice that Linux grants, in nanoseconds.
  static final long SHORT_NANOS = 100_000;

  private static final Path THREADS = Path.of("/proc/self/task");

  private static final Logger log = LoggerFactory.getLogger(TimeSlices.class);

  private TimeSlices() {}

  /// Requests short slices for the threads of this process that have such names now. Blocks for
  /// some milliseconds; never throws.
  ///
  /// @param names as Linux has them: the first 15 bytes
  public static void shorten(Predicate<String> names) {
    try {
      List<String> done = new ArrayList<>();
      try (Arena arena = Arena.ofConfined();
          DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
        Scheduler scheduler = new Scheduler(arena);
        for (Path thread : threads) {
          try {
            String name = Files.readString(thread.resolve("comm")).strip();
            if (names.test(name)) {
              scheduler.requestSlice(Integer.parseInt(thread.getFileName().toString()));
              done.add(name);
            }
          } catch (IOException e) {
            if (Files.exists(thread)) {
              throw e;
            }
            // It has ended meanwhile.
          }
        }
      }
      log.debug("Requested time slices of {} ms for {}", SHORT_NANOS / 1e6, done);
    } catch (IOException | RuntimeException | LinkageError notHere) {
      log.debug("Time slices stay as they are: {}", notHere.toString());
    }
  }

  /// The two system calls. Their numbers, and `struct sched_attr`, are in Linux's
  /// `include/uapi/linux/sched/types.h` and `unistd.h`; the C library has no functions for them.
  private static final class Scheduler {
    private static final MemoryLayout ATTRIBUTES =
        MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("size"),
            ValueLayout.JAVA_INT.withName("policy"),
            ValueLayout.JAVA_LONG.withName("flags"),
            ValueLayout.JAVA_INT.withName("nice"),
            ValueLayout.JAVA_INT.withName("priority"),
            ValueLayout.JAVA_LONG.withName("runtime"),
            ValueLayout.JAVA_LONG.withName("deadline"),
            ValueLayout.JAVA_LONG.withName("period"));
    private static final VarHandle POLICY = field("policy");
    private static final VarHandle RUNTIME = field("runtime");
    private static final int SCHED_OTHER = 0;

    private final MethodHandle syscall;
    private final MemorySegment attributes;
    private final long set;
    private final long get;

    @SuppressWarnings("restricted") // Native access is granted to the whole program.
    Scheduler(Arena arena) {
      switch (System.getProperty("os.arch", "")) {
        case "amd64" -> {
          set = 314;
          get = 315;
        }
        case "aarch64" -> {
          set = 274;
          get = 275;
        }
        default -> throw new UnsupportedOperationException("not on this processor");
      }
      Linker linker = Linker.nativeLinker();
      syscall =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
      attributes = arena.allocate(ATTRIBUTES);
    }

    private static VarHandle field(String name) {
      return ATTRIBUTES
          .varHandle(MemoryLayout.PathElement.groupElement(name))
          .withInvokeExactBehavior();
    }

    /// Leaves everything else as it is.
    void requestSlice(int thread) throws IOException {
      call(get, thread, ATTRIBUTES.byteSize());
      if ((int) POLICY.get(attributes, 0L) != SCHED_OTHER) {
        throw new IOException("another scheduling policy is in force");
      }
      RUNTIME.set(attributes, 0L, SHORT_NANOS);
      call(set, thread, 0);
    }

    /// @param size of the attributes, where they are the result
    private void call(long number, int thread, long size) throws IOException {
      long result;
      try {
        result = (long) syscall.invokeExact(number, (long) thread, attributes, size, 0L);
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      }
      if (result < 0) {
        throw new IOException("system call " + number + " failed");
      }
    }
  }
}
