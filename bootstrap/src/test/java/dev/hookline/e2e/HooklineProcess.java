package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One running {@code hookline} command. Its log (standard error) is always read; its output when
 * asked for.
 */
final class HooklineProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final List<String> log = new ArrayList<>();
  private final List<String> output = new ArrayList<>();
  private final Thread logReader;

  /** Ends at once if nobody has asked for the output. */
  private Thread outputReader = Thread.ofVirtual().unstarted(() -> {});

  private HooklineProcess(Process process) {
    this.process = process;
    this.logReader = follow(process.getErrorStream(), log);
  }

  static HooklineProcess start(Path folder, Map<String, String> environment, String... command)
      throws IOException {
    return start(folder, environment, List.of(launcher()), command);
  }

  /** With so many file descriptors and no more. */
  static HooklineProcess startWithin(
      int descriptors, Path folder, Map<String, String> environment, String... command)
      throws IOException {
    String shell = "ulimit -n %d && exec \"$0\" \"$@\"".formatted(descriptors);
    return start(folder, environment, List.of("sh", "-c", shell, launcher()), command);
  }

  private static String launcher() {
    return Path.of("bin", "hookline").toAbsolutePath().toString();
  }

  private static HooklineProcess start(
      Path folder, Map<String, String> environment, List<String> program, String... command)
      throws IOException {
    var line = new ArrayList<>(program);
    line.addAll(List.of(command));
    var builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HOOKLINE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // It does not live long enough for what the second compiler gains.
    builder.environment().put("HOOKLINE_OPTS", "-XX:TieredStopAtLevel=1");
    builder.environment().putAll(environment);
    return new HooklineProcess(builder.start());
  }

  private Thread follow(InputStream stream, List<String> lines) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                  append(line, lines);
                }
              } catch (IOException e) {
                // A killed process closes its pipes; what it wrote until then was read.
                append("(closed: " + e.getMessage() + ")", lines);
              }
            });
  }

  /**
   * Begins to read standard output; until then a process that writes much is stopped by the full
   * pipe.
   */
  HooklineProcess readingOutput() {
    outputReader = follow(process.getInputStream(), output);
    return this;
  }

  /** Waits for a line of JSON on standard output that fits. */
  JsonNode output(Predicate<JsonNode> wanted, Duration patience) throws InterruptedException {
    return await(output, wanted, patience);
  }

  /** Waits for a line of the log that fits. */
  JsonNode log(Predicate<JsonNode> wanted, Duration patience) throws InterruptedException {
    return await(log, wanted, patience);
  }

  private synchronized void append(String line, List<String> lines) {
    lines.add(line);
    notifyAll();
  }

  /** The first line that fits, of those that came already or come in time. */
  private synchronized JsonNode await(
      List<String> lines, Predicate<JsonNode> wanted, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    int next = 0;
    while (true) {
      for (; next < lines.size(); next++) {
        Optional<JsonNode> json = parse(lines.get(next));
        if (json.isPresent() && wanted.test(json.get())) {
          return json.get();
        }
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("nothing that fits within " + patience + "; log: " + log);
      }
      wait(left);
    }
  }

  private static Optional<JsonNode> parse(String line) {
    try {
      return line.startsWith("{") ? Optional.of(JSON.readTree(line)) : Optional.empty();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a line that looks like JSON and is none: " + line, e);
    }
  }

  /** The port that a listener of this process logged under this name. */
  int port(String listener) throws InterruptedException {
    return log(line -> line.path("listener").asText().equals(listener), Duration.ofSeconds(30))
        .path("port")
        .asInt();
  }

  private synchronized List<String> log() {
    return List.copyOf(log);
  }

  /** The log of a process that has ended, or is about to, line by line. */
  List<String> wholeLog() throws InterruptedException {
    logReader.join();
    return log();
  }

  /** The output of a process that has ended, line by line, once it is read. */
  List<String> wholeOutput() throws InterruptedException {
    outputReader.join();
    return output();
  }

  private synchronized List<String> output() {
    return List.copyOf(output);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends SIGTERM and waits for the end. */
  int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  /** Sends SIGTERM as one who has no patience, and waits for the end. */
  int terminateTwice() throws InterruptedException {
    process.destroy();
    process.destroy();
    return exitCode();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(40, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after 40 s; log: " + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
