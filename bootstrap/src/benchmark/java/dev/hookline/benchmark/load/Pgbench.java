package dev.hookline.benchmark.load;

import dev.hookline.application.standardize.Standardization;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.SignedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.github.GitHubDialect;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.http.provider.RepositoryMappings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * pgbench with what the store writes for one webhook, in one statement. The body goes as a
 * parameter with each, as the driver sends it.
 */
final class Pgbench {
  // The store's statement for a single row. pgbench cannot hash the body, so the digest is that of
  // the key: what is stored is as large, and as much at random.
  private static final String STORE =
      """
      WITH candidate AS (
        SELECT
          (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
            || '7' || lpad(to_hex(:r1::int), 7, '0')
            || '8' || lpad(to_hex(:r2::int), 11, '0'))::uuid AS id,
          :r1::int::text || '-' || :r2::int::text AS key
      ), fresh AS (
        INSERT INTO delivery_key (service, key, body_digest, pipeline_id)
        SELECT 'github', key, sha256(key::bytea), id FROM candidate
        ON CONFLICT DO NOTHING
        RETURNING pipeline_id AS id
      ), events AS (
        INSERT INTO event (pipeline_id, document, body)
        SELECT id, :document::text, :body::bytea FROM fresh
      ), pipelines AS (
        INSERT INTO pipeline (
          id, service, event_id, event_type, repository, received_at, state, attempts, since,
          history)
        SELECT
          id, 'github', key, 'issue_comment', 'octo-load/widgets-' || :repository::int, now(),
          'RECEIVED', 0, now(),
          jsonb_build_array(jsonb_build_object('state', 'RECEIVED', 'at', now(), 'attempt', 0))
        FROM candidate JOIN fresh USING (id)
      )
      INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key, due_at)
      SELECT id, 'github', (:repository::int & 63)::smallint, :repository::int, now() FROM fresh;
      """;

  private static final String CHOOSE =
      """
      \\set r1 random(0, 268435455)
      \\set r2 random(0, 268435455)
      \\set repository random(0, 999)
      """;

  private static final Pattern PROCESSED =
      Pattern.compile("(?m)^number of transactions actually processed: (\\d+)");
  private static final Pattern RATE = Pattern.compile("(?m)^tps = ([0-9.]+) ");
  private static final String LOG = "transactions";
  private static final List<String> LOGGED = List.of("-l", "--log-prefix=" + LOG);
  private static final int THREADS = 2;

  /** What one run tells. */
  record Report(long transactions, double perSecond) {

    /**
     * @throws BenchmarkException if it is no report of a run
     */
    static Report parse(String output) {
      Matcher processed = PROCESSED.matcher(output);
      Matcher rate = RATE.matcher(output);
      if (!processed.find() || !rate.find()) {
        throw new BenchmarkException("pgbench has no result: " + output.strip());
      }
      return new Report(Long.parseLong(processed.group(1)), Double.parseDouble(rate.group(1)));
    }
  }

  /**
   * One run.
   *
   * @param webhooks per second
   * @param cpuMicros of pgbench and PostgreSQL for each webhook
   * @param p99 of a transaction in milliseconds; 0 if it was not asked for
   */
  record Run(double webhooks, double cpuMicros, double p99) {}

  private final PostgresPrograms programs;
  private final Cluster cluster;
  private final Children children;
  private final Path folder;
  private final String document;
  private final String body;

  /**
   * @param folder where scripts and logs go
   * @param size of the body in bytes
   */
  Pgbench(PostgresPrograms programs, Cluster cluster, Children children, Path folder, int size) {
    this.programs = programs;
    this.cluster = cluster;
    this.children = children;
    this.folder = folder;
    var sent = SignedDelivery.of(Provider.GITHUB, size, "pgbench checks none", Instant.now(), 1);
    body = "\\x" + HexFormat.of().formatHex(sent.body());
    document = document(sent);
    try {
      Files.writeString(script(1), CHOOSE + STORE);
      Files.writeString(script(32), "BEGIN;\n" + (CHOOSE + STORE).repeat(32) + "COMMIT;\n");
    } catch (IOException e) {
      throw new BenchmarkException("cannot write pgbench's scripts", e);
    }
  }

  private Path script(int webhooks) {
    return folder.resolve("store-%d.sql".formatted(webhooks));
  }

  /** What the intake would store beside the body. */
  private static String document(SignedDelivery sent) {
    var dialect = new GitHubDialect();
    var standardizer =
        new Standardizer(
            new ServiceHandlerFactory(
                List.of(
                    dialect.handler(
                        SupportedEvents.of(List.of("*")), new RepositoryMappings(List.of())))));
    var delivery =
        new Delivery(
            new Service("github"),
            Headers.ofSingle(sent.headers()),
            RawBody.of(sent.body()),
            Instant.now(),
            "127.0.0.1");
    if (standardizer.standardize(delivery) instanceof Standardization.Understood understood) {
      return new JacksonEventFormat().encodeWithoutPayload(understood.event());
    }
    throw new IllegalStateException("the generator's own delivery cannot be used");
  }

  /**
   * As fast as it goes.
   *
   * @param webhooks 1 or 32 per transaction
   */
  Run run(String database, int clients, int webhooks, int seconds) {
    List<String> options = clients == 1 ? LOGGED : List.of();
    return run(database, clients, webhooks, seconds, options);
  }

  /**
   * At a rate, with latency from the planned instant.
   *
   * @param rate in webhooks a second, each in its own transaction
   */
  Run paced(String database, int clients, double rate, int seconds) {
    var options = new ArrayList<>(LOGGED);
    options.add("--rate=" + Math.max(1, Math.round(rate)));
    return run(database, clients, 1, seconds, options);
  }

  private Run run(String database, int clients, int webhooks, int seconds, List<String> options) {
    var line =
        new ArrayList<>(
            programs.command("pgbench", "-h", "127.0.0.1", "-p", Integer.toString(cluster.port())));
    line.addAll(List.of("-U", Cluster.USER, "-n", "-M", "prepared"));
    line.addAll(List.of("-c", Integer.toString(clients)));
    line.addAll(List.of("-j", Integer.toString(Math.min(THREADS, clients))));
    line.addAll(List.of("-T", Integer.toString(seconds)));
    line.addAll(options);
    line.addAll(List.of("-D", "document=" + document, "-D", "body=" + body));
    line.addAll(List.of("-f", script(webhooks).toString(), database));
    var builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().put("PGPASSWORD", cluster.password());
    builder.environment().put("LC_ALL", "C");
    long before = Cpu.ofTree(cluster.pid()) + Cpu.ofEndedChildren();
    Report report = Report.parse(children.run(builder, folder.resolve("pgbench.log"), 0));
    long used = Cpu.ofTree(cluster.pid()) + Cpu.ofEndedChildren() - before;
    requireStored(database, report.transactions() * webhooks);
    return new Run(
        report.perSecond() * webhooks,
        (double) used / Math.max(1, report.transactions() * webhooks),
        options.isEmpty() ? 0 : p99());
  }

  /** A statement that stores nothing would be fast. */
  private void requireStored(String database, long webhooks) {
    long stored =
        cluster.query(
            database,
            """
            SELECT count(*)
            FROM pipeline p JOIN event e ON e.pipeline_id = p.id
            WHERE octet_length(e.body) = %d
            """
                .formatted(body.length() / 2 - 1),
            row -> row.getLong(1));
    // Two deliveries may get the same key by chance, and a run's last ones may miss its report.
    if (stored < 0.99 * webhooks) {
      throw new BenchmarkException(
          "pgbench has reported %d webhooks and stored %d".formatted(webhooks, stored));
    }
  }

  private double p99() {
    try (Stream<Path> files = Files.list(folder)) {
      var micros = new ArrayList<String>();
      for (Path log : files.filter(Pgbench::isLog).toList()) {
        micros.addAll(Files.readAllLines(log));
        Files.delete(log);
      }
      return percentile(micros, 0.99);
    } catch (IOException e) {
      throw new BenchmarkException("cannot read pgbench's log", e);
    }
  }

  private static boolean isLog(Path path) {
    return Objects.toString(path.getFileName()).startsWith(LOG + ".");
  }

  /**
   * Of the latencies in a log, whose third column they are in microseconds.
   *
   * @return in milliseconds
   */
  static double percentile(List<String> lines, double share) {
    if (lines.isEmpty()) {
      throw new BenchmarkException("pgbench has logged nothing");
    }
    long[] micros = lines.stream().mapToLong(l -> Long.parseLong(l.split(" ", 4)[2])).toArray();
    Arrays.sort(micros);
    return micros[(int) Math.min(micros.length - 1L, (long) (micros.length * share))] / 1000.0;
  }
}
