package dev.hookline.torture;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One process under test, and all that follow it in its place: whenever it dies it is started
 * again, until it is told to stop.
 */
final class Member implements AutoCloseable {
  /** By SIGKILL. */
  private static final int KILLED = 137;

  private static final int PATIENCE_SECONDS = 10;

  private final String role;
  private final String name;
  private final Path folder;
  private final Map<String, String> environment;
  private final Path agent;
  private final String options;
  private final Chronicle chronicle;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Process process;
  private volatile boolean struck;
  private volatile boolean stopping;
  private volatile int generation;

  /** What a process holds. */
  record Holdings(long residentBytes, int descriptors, int threads) {}

  /**
   * Starts the first one.
   *
   * @param role the command
   * @param name unlike those of the others
   * @param agent the jar that is loaded into it for its end
   * @param options for the JVM
   */
  Member(
      String role,
      String name,
      Path folder,
      Map<String, String> environment,
      Path agent,
      String options,
      Chronicle chronicle)
      throws IOException {
    this.role = role;
    this.name = name;
    this.folder = folder;
    this.environment = Map.copyOf(environment);
    this.agent = agent;
    this.options = options;
    this.chronicle = chronicle;
    this.process = start();
    Thread.ofVirtual().name("watch " + name).start(this::watch);
  }

  String name() {
    return name;
  }

  String role() {
    return role;
  }

  /** Names the process that runs now, in logs and to the database. */
  String incarnation() {
    return name + "-" + generation;
  }

  private Process start() throws IOException {
    int next = generation + 1;
    String incarnation = name + "-" + next;
    var builder =
        new ProcessBuilder(Path.of("bin", "hookline").toAbsolutePath().toString(), role)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("logs").resolve(incarnation + ".log").toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("HOOKLINE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    builder
        .environment()
        .compute("HOOKLINE_DB_URL", (_, url) -> url + "?ApplicationName=" + incarnation);
    builder.environment().put("HOOKLINE_OPTS", options);
    Process started = builder.start();
    generation = next;
    return started;
  }

  private void watch() {
    try {
      while (true) {
        int exit = process.waitFor();
        if (stopping) {
          if (exit != 0 && exit != KILLED) {
            chronicle.unexpected(name + " ended with " + exit + " on being told to stop");
          }
          return;
        }
        chronicle.died(this);
        if (exit == KILLED ? !struck : CrashSite.of(exit).isEmpty()) {
          chronicle.unexpected(name + " ended by itself with " + exit + "; see its log");
        }
        struck = false;
        chronicle.restarting(this);
        process = start();
      }
    } catch (IOException e) {
      chronicle.unexpected(name + " cannot be started: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /** Whether it runs now; between one process and the next it does not. */
  boolean isUp() {
    return process.isAlive();
  }

  /** Whether it was alive and died of that. */
  boolean kill() throws InterruptedException {
    Process victim = process;
    if (!victim.isAlive()) {
      return false;
    }
    struck = true;
    victim.destroyForcibly();
    return victim.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && victim.exitValue() == KILLED;
  }

  /**
   * Lets it die by itself, at a place that is put into it now: until then it is as it is shipped.
   *
   * @param passes of the site, the last of which is the end
   * @return whether it did so there, and in time
   */
  boolean crash(CrashSite site, int passes, Duration patience)
      throws IOException, InterruptedException {
    Process victim = process;
    long deadline = System.nanoTime() + patience.toNanos();
    while (!arm(victim, site.argument(passes))) {
      if (System.nanoTime() > deadline) {
        return false;
      }
    }
    return victim.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)
        && victim.exitValue() == site.exitCode();
  }

  /**
   * @return whether it took the agent, or has died over it; on a busy machine it may not even have
   *     answered in the time that Java gives it
   */
  private boolean arm(Process victim, String argument) throws IOException, InterruptedException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(victim.pid()));
      machine.loadAgent(agent.toString(), argument);
      machine.detach();
    } catch (AttachNotSupportedException _) {
      return victim.waitFor(1, TimeUnit.SECONDS);
    } catch (AgentLoadException | AgentInitializationException e) {
      throw new IOException(e);
    } catch (IOException e) {
      // Where much goes on it has passed the site before it could answer.
      if (!victim.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw e;
      }
    }
    return true;
  }

  /** Stops it in the middle of whatever it does, so that to all others it looks dead. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** Asks it to finish, and waits for the end. */
  void stop() throws InterruptedException {
    stopping = true;
    process.destroy();
    if (!ended.await(40, TimeUnit.SECONDS)) {
      chronicle.unexpected(name + " did not stop within 40 s");
      kill();
    }
  }

  /** Empty where the system has no {@code /proc}. */
  Optional<Holdings> holdings() {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
      List<String> status = Files.readAllLines(proc.resolve("status"));
      return Optional.of(
          new Holdings(
              1024L * number(status, "VmRSS:"),
              (int) descriptors.count(),
              (int) number(status, "Threads:")));
    } catch (IOException | UncheckedIOException _) {
      // No such system, or it has died this very moment.
      return Optional.empty();
    }
  }

  private static long number(List<String> status, String key) {
    return status.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    stopping = true;
    process.destroyForcibly();
  }
}
