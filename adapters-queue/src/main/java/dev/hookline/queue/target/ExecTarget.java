package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The target {@code exec}: runs a command for each event, with the JSON line on standard input and
 * the event's names in its environment. Exit 0 within the time limit is success. The command is run
 * as it is configured, never through a shell of Hookline's choosing.
 *
 * <p>A command that takes too long, or is still at work when the worker stops, is killed with all
 * that it has started ({@link ProcessGroup}). What a command leaves behind that has ended by itself
 * goes on.
 *
 * <p>The command does not inherit Hookline's own {@code HOOKLINE_…} settings, nor the headers for a
 * collector of traces: they hold secrets. Where it stands in a trace, {@code TRACEPARENT} and
 * {@code TRACESTATE} say.
 */
public final class ExecTarget implements CommandDispatcher {
  /** How much of a failed command's output goes into the attempt's error, in bytes. */
  public static final int MAX_OUTPUT = 2_000;

  private static final String OWN_SETTINGS = "HOOKLINE_";

  /** Where others keep what a collector is asked in with. */
  private static final Pattern COLLECTORS_HEADERS = Pattern.compile("OTEL_[A-Z_]*HEADERS");

  private static final String TRACEPARENT = "TRACEPARENT";
  private static final String TRACESTATE = "TRACESTATE";

  /** A process left behind may hold the output open; what has come by then is enough. */
  private static final Duration REST_OF_OUTPUT = Duration.ofMillis(500);

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
    this(name, command, timeout, format, System.getenv().getOrDefault("PATH", ""));
  }

  ExecTarget(String name, List<String> command, Duration timeout, EventFormat format, String path) {
    this.name = name;
    this.command = ProcessGroup.led(command, path);
    this.timeout = timeout;
    this.format = format;
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command dispatched) {
    byte[] line = CommandLine.of(dispatched, format);
    try {
      return run(start(dispatched), line, dispatched.observer());
    } catch (IOException e) {
      dispatched.observer().accept(Reply.Broken.by(e));
      return new TryAgain("the command cannot be started: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new TryAgain("the worker was stopped");
    }
  }

  private Process start(Command dispatched) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    var environment = builder.environment();
    environment.keySet().removeIf(ExecTarget::isNotForCommands);
    StandardizedEvent event = dispatched.event();
    environment.put("HOOKLINE_PIPELINE_ID", dispatched.id().toString());
    environment.put("HOOKLINE_SERVICE", event.service().name());
    environment.put("HOOKLINE_EVENT_TYPE", event.eventType());
    environment.put("HOOKLINE_REPOSITORY", event.repository().fullName());
    environment.put("HOOKLINE_ATTEMPT", Integer.toString(dispatched.attempt()));
    dispatched
        .trace()
        .ifPresent(
            trace -> {
              environment.put(TRACEPARENT, trace.traceparent());
              if (!trace.state().isEmpty()) {
                environment.put(TRACESTATE, trace.state());
              }
            });
    return builder.start();
  }

  private static boolean isNotForCommands(String variable) {
    return variable.startsWith(OWN_SETTINGS)
        || COLLECTORS_HEADERS.matcher(variable).matches()
        || variable.equals(TRACEPARENT)
        || variable.equals(TRACESTATE);
  }

  private Outcome run(Process process, byte[] line, Consumer<Reply> observer)
      throws InterruptedException {
    Thread.ofVirtual().name("exec-input").start(() -> feed(process.getOutputStream(), line));
    var output = CommandOutput.of(process.getInputStream());
    try {
      if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        ProcessGroup.kill(process);
        observer.accept(Reply.Broken.TIMEOUT);
        return new TryAgain(
            "killed after %s%s".formatted(timeout, output.beginning(REST_OF_OUTPUT)));
      }
    } catch (InterruptedException e) {
      ProcessGroup.kill(process);
      throw e;
    }
    int exit = process.exitValue();
    observer.accept(new Reply.Exited(exit));
    return exit == 0
        ? new Delivered()
        : new TryAgain("exit %d%s".formatted(exit, output.beginning(REST_OF_OUTPUT)));
  }

  private static void feed(OutputStream input, byte[] line) {
    try (input) {
      input.write(line);
    } catch (IOException _) {
      // A command need not read its input; how it went is told by its exit.
    }
  }
}
