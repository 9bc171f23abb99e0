package dev.hookline.bootstrap.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;

/**
 * Where a running {@code up} can be reached.
 *
 * @param intakeUrl without a trailing slash
 * @param adminUrl without a trailing slash
 * @param jdbcUrl of its database, without credentials
 * @param pid of its process
 * @param startedAt when that process began, which tells it from a later one with the same pid: on
 *     Linux in ticks since the machine started, elsewhere in milliseconds since 1970
 */
public record RunFile(
    String intakeUrl,
    String adminUrl,
    String jdbcUrl,
    String dbUser,
    String dbPassword,
    long pid,
    long startedAt) {
  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "[::]");

  /** That of this process. */
  public static RunFile ofThisProcess(
      String intakeUrl, String adminUrl, String jdbcUrl, String dbUser, String dbPassword) {
    ProcessHandle self = ProcessHandle.current();
    return new RunFile(intakeUrl, adminUrl, jdbcUrl, dbUser, dbPassword, self.pid(), startOf(self));
  }

  /**
   * How this machine reaches what listens there.
   *
   * @param host a name or an address; those that mean every address are taken for this machine's
   */
  public static String url(String host, int port) {
    String reachable = EVERYWHERE.contains(host) ? "127.0.0.1" : host;
    boolean bare = reachable.contains(":") && !reachable.startsWith("[");
    return "http://%s:%d".formatted(bare ? "[" + reachable + "]" : reachable, port);
  }

  boolean isAlive() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> startOf(process) == startedAt)
        .isPresent();
  }

  /**
   * As Linux tells it (proc_pid_stat(5)), if it does: Java adds the time at which the machine
   * started, which is another one whenever the clock was set.
   */
  private static long startOf(ProcessHandle process) {
    try {
      String told = Files.readString(Path.of("/proc/%d/stat".formatted(process.pid())));
      // Field 22; the second is a name in parentheses, which may hold anything.
      String third = told.substring(told.lastIndexOf(')') + 2);
      return Long.parseLong(third.split(" ", -1)[22 - 3]);
    } catch (IOException _) {
      return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
  }

  @Override
  public String toString() {
    return "RunFile[intakeUrl=%s, adminUrl=%s, jdbcUrl=%s, pid=%d]"
        .formatted(intakeUrl, adminUrl, jdbcUrl, pid);
  }
}
