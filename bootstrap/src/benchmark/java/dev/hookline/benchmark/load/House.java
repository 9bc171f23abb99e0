package dev.hookline.benchmark.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.SignedDelivery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Our own processes, as the launcher starts them, with default settings. */
final class House {
  /** What deliveries are signed with. */
  static final String SECRET = "a secret for benchmarks alone";

  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int CONNECT_MILLIS = 1000;
  private static final int ANSWER_MILLIS = 10_000;
  private static final int RETRY_MILLIS = 5;

  private final Path launcher;
  private final Cluster cluster;
  private final Children children;
  private final Path folder;
  private final Processors processors;
  private final AtomicInteger loads = new AtomicInteger();

  /**
   * @param launcher {@code bin/hookline}
   */
  House(Path launcher, Ground ground) {
    this.launcher = launcher;
    cluster = ground.cluster();
    children = ground.children();
    folder = ground.work();
    processors = ground.processors();
  }

  /** A running intake, and how long it took from its start to its first accepted delivery. */
  record Intake(Process process, int port, double startSeconds) {}

  /** What the generator has measured. */
  record Loaded(JsonNode report) {
    double rate() {
      return report.path("rate").asDouble();
    }

    double latency(String percentile) {
      return report.path("latency_ms").path(percentile).asDouble();
    }

    double cpuMicros() {
      return report.path("cpu_us_per_request").asDouble();
    }

    /** Answers of this status. */
    long answers(String status) {
      return report.path("statuses").path(status).asLong();
    }

    /** Answered with a success within the provider's patience. */
    long inTime() {
      return report.path("in_time").asLong();
    }

    /** Planned, and not sent for want of a free connection. */
    long notSent() {
      return report.path("given_up").asLong() + report.path("unsent").asLong();
    }

    /**
     * The same, if all that was planned was sent and accepted; latencies are those of the accepted
     * alone, and look the better the more is refused.
     */
    Loaded whole() {
      if (answers() != answers("202") || notSent() > 0) {
        throw new BenchmarkException("not all was sent and accepted: " + report);
      }
      return this;
    }

    double turnedAway(String percentile) {
      return report.path("turned_away_ms").path(percentile).asDouble();
    }

    /** From the end of the warm-up to the last answer. */
    double seconds() {
      return report.path("seconds").asDouble();
    }

    /** When the warm-up was over. */
    Instant began() {
      return Instant.parse(report.path("began").asText());
    }

    /** All answers, and those that never came. */
    long answers() {
      long all = 0;
      for (JsonNode number : report.path("statuses")) {
        all += number.asLong();
      }
      return all;
    }
  }

  void migrate(String database) {
    children.run(builder(database, 0, 0, "migrate"), folder.resolve("migrate.log"), 0);
  }

  /** Starts the intake without a rate limit, and returns once it has accepted a delivery. */
  Intake serve(String database) {
    return serve(database, Map.of("HOOKLINE_GITHUB_RATE_LIMIT", "1000000:1000000"));
  }

  /**
   * Starts the intake and returns once it has accepted a delivery.
   *
   * @param settings by the names of their variables
   */
  Intake serve(String database, Map<String, String> settings) {
    int port = Cluster.freePort();
    byte[] request = SignedDelivery.of(Provider.GITHUB, 2048, SECRET, Instant.now(), 1).request();
    Path log = folder.resolve("serve.log");
    long begun = System.nanoTime();
    ProcessBuilder builder = builder(database, port, Cluster.freePort(), "serve");
    builder.environment().putAll(settings);
    Process process =
        children.start(
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(log.toFile()));
    while (status(port, request).filter(status -> status == 202).isEmpty()) {
      if (!process.isAlive() || System.nanoTime() - begun > PATIENCE_NANOS) {
        throw new BenchmarkException("serve does not start: " + Children.tail(log));
      }
      Waiting.millis(RETRY_MILLIS);
    }
    return new Intake(process, port, (System.nanoTime() - begun) / 1e9);
  }

  private static Optional<Integer> status(int port, byte[] request) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(request);
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = reader.readLine();
      return line == null ? Optional.empty() : Optional.of(Integer.valueOf(line.split(" ", 3)[1]));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Starts a worker that hands everything to {@code /dev/null}. */
  Process worker(String database) {
    return children.start(
        builder(database, 0, Cluster.freePort(), "worker")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("worker.log").toFile()));
  }

  /** A generator at work. */
  final class Load {
    private final Process process;
    private final Path log;

    private Load(Intake intake, String secret, List<String> weight, List<String> options) {
      log = folder.resolve("load-%d.log".formatted(loads.incrementAndGet()));
      var line =
          new ArrayList<>(
              List.of("load", "--url", "http://127.0.0.1:" + intake.port(), "--secret", secret));
      line.addAll(List.of("--repositories", "1000", "--no-check", "--json"));
      line.addAll(options);
      var builder = builder("", 0, 0, line.toArray(String[]::new));
      builder.command().addAll(0, weight);
      process = children.start(builder.redirectError(log.toFile()));
    }

    /** Waits for its end. */
    Loaded report() {
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        JsonNode report = JsonMapper.builder().build().readTree(output);
        if (!report.has("rate")) {
          throw new BenchmarkException("load has no result: " + Children.tail(log));
        }
        return new Loaded(report);
      } catch (JsonProcessingException e) {
        throw new BenchmarkException("load does not answer in JSON: " + Children.tail(log), e);
      } catch (IOException e) {
        throw new BenchmarkException("cannot read from load", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchmarkException("interrupted", e);
      }
    }
  }

  /**
   * Starts the generator with 64 connections and 1,000 repositories.
   *
   * @param options more of them; without a rate it sends as fast as it is answered
   */
  Load load(Intake intake, String... options) {
    var more = new ArrayList<>(List.of("--connections", "64"));
    more.addAll(List.of(options));
    return load(intake, SECRET, more);
  }

  /**
   * Starts the generator with 1,000 repositories.
   *
   * @param secret what it signs with
   */
  Load load(Intake intake, String secret, List<String> options) {
    return new Load(intake, secret, List.of(), options);
  }

  /** The same, of so little weight that it takes no time from the other senders. */
  Load loadBehind(Intake intake, String secret, List<String> options) {
    return new Load(intake, secret, List.of("nice", "-n", "19"), options);
  }

  private ProcessBuilder builder(String database, int port, int adminPort, String... arguments) {
    var line = new ArrayList<>(database.isEmpty() ? processors.senders() : processors.product());
    line.add(launcher.toString());
    line.addAll(List.of(arguments));
    var builder = new ProcessBuilder(line).directory(folder.toFile());
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("HOOKLINE_"));
    environment.put("HOOKLINE_JAVA", System.getProperty("java.home"));
    if (!database.isEmpty()) {
      environment.put("HOOKLINE_DB_URL", cluster.jdbcUrl(database));
      environment.put("HOOKLINE_DB_USER", Cluster.USER);
      environment.put("HOOKLINE_DB_PASSWORD", cluster.password());
      environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
      environment.put("HOOKLINE_HTTP_PORT", Integer.toString(port));
      environment.put("HOOKLINE_ADMIN_PORT", Integer.toString(adminPort));
    }
    return builder;
  }
}
