package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The target {@code exec}: runs a command for each event, with the JSON line on standard input and
 * the event's names in its environment. Exit 0 within the time limit is success. The command is run
 * as it is configured, never through a shell of Hookline's choosing.
 *
 * <p>The command does not inherit Hookline's own {@code HOOKLINE_…} settings: they hold secrets.
 */
public final class ExecTarget implements CommandDispatcher {
  /** How much of a failed command's output goes into the attempt's error, in bytes. */
  public static final int MAX_OUTPUT = 2_000;

  private static final String OWN_SETTINGS = "HOOKLINE_";

  private final String name;
  private final List<String> command;
  private final Duration timeout;
  private final EventFormat format;

  /**
   * @param name as metrics show it
   * @param command the program and its arguments, at least the program
   * @param timeout after which the command and what it has started are killed
   */
  public ExecTarget(String name, List<String> command, Duration timeout, EventFormat format) {
    this.name = name;
    this.command = List.copyOf(command);
    this.timeout = timeout;
    this.format = format;
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command dispatched) {
    Process process;
    try {
      process = start(dispatched);
    } catch (IOException e) {
      return new TryAgain("the command cannot be started: " + e.getMessage());
    }
    try {
      return run(process, CommandLine.of(dispatched, format));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new TryAgain("the worker was stopped");
    } finally {
      kill(process);
    }
  }

  private Process start(Command dispatched) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    var environment = builder.environment();
    environment.keySet().removeIf(variable -> variable.startsWith(OWN_SETTINGS));
    StandardizedEvent event = dispatched.event();
    environment.put("HOOKLINE_PIPELINE_ID", dispatched.id().toString());
    environment.put("HOOKLINE_SERVICE", event.service().name());
    environment.put("HOOKLINE_EVENT_TYPE", event.eventType());
    environment.put("HOOKLINE_REPOSITORY", event.repository().fullName());
    environment.put("HOOKLINE_ATTEMPT", Integer.toString(dispatched.attempt()));
    return builder.start();
  }

  private Outcome run(Process process, byte[] line) throws InterruptedException {
    Thread.ofVirtual().name("exec-input").start(() -> feed(process.getOutputStream(), line));
    var output = new FutureTask<>(() -> beginning(process.getInputStream()));
    Thread.ofVirtual().name("exec-output").start(output);
    if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return new TryAgain("killed after %s".formatted(timeout));
    }
    int exit = process.exitValue();
    return exit == 0 ? new Delivered() : new TryAgain("exit %d: %s".formatted(exit, heard(output)));
  }

  private static void feed(OutputStream input, byte[] line) {
    try (input) {
      input.write(line);
    } catch (IOException _) {
      // A command need not read its input; how it went is told by its exit.
    }
  }

  /** Reads to the end, so that the command never waits for a full pipe, and keeps the beginning. */
  private static String beginning(InputStream output) throws IOException {
    byte[] kept = output.readNBytes(MAX_OUTPUT);
    output.transferTo(OutputStream.nullOutputStream());
    return new String(kept, UTF_8).strip();
  }

  /**
   * A grandchild may hold the pipe open after the command's exit: then its output is not waited
   * for.
   */
  private static String heard(FutureTask<String> output) throws InterruptedException {
    try {
      return output.get(1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException _) {
      return "(its output could not be read)";
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
