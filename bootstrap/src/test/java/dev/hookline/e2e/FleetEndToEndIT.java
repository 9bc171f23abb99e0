package dev.hookline.e2e;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.audit.AuditState;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.DatabaseSettings;
import dev.hookline.testing.Samples;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many workers as processes of their own on one outbox, some of them killed: every event is
 * dispatched, each repository's in the order accepted, and what is dispatched twice was in flight
 * at a kill.
 *
 * <p>Larger with {@code -Dhookline.fleet.workers=10 -Dhookline.fleet.events=100000
 * -Dhookline.fleet.repositories=1000}.
 */
@Timeout(3_600) // Larger runs have a patience of their own.
class FleetEndToEndIT {
  private static final int WORKERS = Integer.getInteger("hookline.fleet.workers", 3);
  private static final int EVENTS = Integer.getInteger("hookline.fleet.events", 4_000);
  private static final int REPOSITORIES = Integer.getInteger("hookline.fleet.repositories", 80);
  private static final int KILLS = Integer.getInteger("hookline.fleet.kills", 2);
  private static final int CONCURRENCY = 32;

  /** Between one look and the next, in nanoseconds: others want the processor. */
  private static final long BETWEEN_LOOKS = 10_000_000;

  /**
   * Of each killed worker what its target was just taking, and as much again that it had taken and
   * that was on its way to the record.
   */
  private static final int MOST_REPEATED = KILLS * 2 * CONCURRENCY;

  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("hookline.fleet.patience", 120));

  /** Which event of which repository, in the order accepted. */
  private record Place(int repository, int number) {}

  @TempDir private Path folder;
  private final Map<String, Place> accepted = new HashMap<>();
  private final List<String> arrived = new ArrayList<>();
  private final AtomicInteger repeats = new AtomicInteger();

  @Test
  void everyEventIsDispatchedInOrderAlthoughWorkersAreKilled() throws Exception {
    TestDatabase testDatabase = TestDatabase.create();
    try (var database = Database.open(settings(testDatabase), new Random(1));
        var target = new Target()) {
      database.migrate();
      accept(database.pipelines(new JacksonEventFormat()));
      long start = System.nanoTime();
      var workers = new ArrayList<HooklineProcess>();
      try {
        for (int i = 0; i < WORKERS + KILLS; i++) {
          workers.add(worker(testDatabase, target.port()));
        }
        for (int kill = 1; kill <= KILLS; kill++) {
          awaitArrivals(EVENTS * kill / (KILLS + 2));
          workers.removeFirst().kill();
        }
        awaitArrivals(EVENTS);
        var took = Duration.ofNanos(System.nanoTime() - start);
        awaitEmpty(database);
        for (HooklineProcess worker : workers) {
          assertEquals(0, worker.terminate());
        }
        check(database);
        System.out.printf(
            "%d events of %d repositories by %d workers, %d killed: %s, %d repeated%n",
            EVENTS, REPOSITORIES, WORKERS, KILLS, took, repeats.get());
      } finally {
        workers.forEach(HooklineProcess::close);
      }
    }
  }

  private static DatabaseSettings settings(TestDatabase database) {
    return DatabaseSettings.of(database.url(), database.user(), database.password());
  }

  private void accept(PipelineStore store) throws InterruptedException, ExecutionException {
    try (var senders = Executors.newFixedThreadPool(8)) {
      var repositories = new ArrayList<Callable<Integer>>();
      for (int repository = 0; repository < REPOSITORIES; repository++) {
        int own = repository;
        repositories.add(
            () -> {
              for (int number = 0; number * REPOSITORIES + own < EVENTS; number++) {
                accept(store, new Place(own, number));
              }
              return own;
            });
      }
      for (var done : senders.invokeAll(repositories)) {
        assertTrue(done.get() >= 0);
      }
    }
    assertEquals(EVENTS, accepted.size());
  }

  private void accept(PipelineStore store, Place place) {
    var now = Instant.now();
    var event = anEvent().repository("octo/r" + place.repository()).createdAt(now).build();
    var id = new PipelineId(Samples.uuid(now));
    store.accept(
        new NewPipeline(
            Pipeline.received(id, event),
            aDelivery(GITHUB),
            new DeliveryKey(event.eventId()),
            false),
        Duration.ofSeconds(20));
    synchronized (accepted) {
      accepted.put(id.toString(), place);
    }
  }

  private HooklineProcess worker(TestDatabase database, int port) throws IOException {
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(database.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    environment.put("HOOKLINE_LOG_LEVEL", "WARN");
    environment.put("HOOKLINE_WORKER_CONCURRENCY", Integer.toString(CONCURRENCY));
    environment.put("HOOKLINE_DISPATCH_TARGET", "http");
    environment.put("HOOKLINE_DISPATCH_HTTP_URL", "http://127.0.0.1:" + port + "/events");
    return HooklineProcess.start(folder, environment, "worker");
  }

  private void awaitArrivals(int count) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (arrived) {
      while (arrived.size() - repeats.get() < count) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        assertTrue(left > 0, () -> "only " + arrived.size() + " of " + count + " have arrived");
        arrived.wait(left);
      }
    }
  }

  private static void awaitEmpty(Database database) {
    var records = database.records(new JacksonEventFormat());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var depth = records.outboxDepth();
      if (depth.pending() + depth.leased() + depth.retrying() == 0) {
        assertEquals(0, depth.dead());
        return;
      }
      assertTrue(System.nanoTime() < deadline, () -> "not settled: " + depth);
      LockSupport.parkNanos(BETWEEN_LOOKS);
    }
  }

  private void check(Database database) {
    var first = new HashMap<String, Integer>();
    var next = new HashMap<Integer, Integer>();
    for (String id : arrived) {
      Place place = Objects.requireNonNull(accepted.get(id), () -> "never accepted: " + id);
      if (first.putIfAbsent(id, place.number()) == null) {
        assertEquals(
            next.merge(place.repository(), 1, Integer::sum) - 1,
            place.number(),
            () -> "out of order in repository " + place.repository());
      }
    }
    assertEquals(EVENTS, first.size());
    assertTrue(repeats.get() <= MOST_REPEATED, () -> repeats.get() + " repeated");
    var findings =
        new AuditState(database.storedState())
            .audit(true, _ -> {}, _ -> {}).stream().filter(Finding::isBroken).toList();
    assertEquals(List.of(), findings);
  }

  /** Takes every event and notes the order of arrival. */
  private final class Target implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private final HttpServer server;
    private final java.util.Set<String> seen = new java.util.HashSet<>();

    Target() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/events", this::take);
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
      try (exchange) {
        String id = id(exchange);
        synchronized (arrived) {
          arrived.add(id);
          if (!seen.add(id)) {
            repeats.incrementAndGet();
          }
          arrived.notifyAll();
        }
        exchange.sendResponseHeaders(204, -1);
      }
    }

    private static String id(HttpExchange exchange) throws IOException {
      byte[] body = exchange.getRequestBody().readAllBytes();
      try (var parser = JSON.createParser(body)) {
        while (parser.nextToken() != null) {
          if (parser.currentToken() == JsonToken.FIELD_NAME && parser.currentName().equals("id")) {
            return parser.nextTextValue();
          }
        }
      }
      throw new IOException("a CloudEvent without an id");
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
