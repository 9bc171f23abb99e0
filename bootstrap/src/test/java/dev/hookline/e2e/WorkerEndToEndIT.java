package dev.hookline.e2e;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.DatabaseSettings;
import dev.hookline.testing.Ports;
import dev.hookline.testing.Samples;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One {@code worker} process on its bad days. */
class WorkerEndToEndIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Between one look and the next, in nanoseconds: others want the processor. */
  private static final long BETWEEN_LOOKS = 10_000_000;

  private static final int EVENTS = 40;

  /** Together they are more than its heap, before anything is made of them. */
  private static final int LARGE_EVENTS = 30;

  @TempDir private Path folder;
  private final TestDatabase testDatabase = TestDatabase.create();
  private final JacksonEventFormat format = new JacksonEventFormat();
  private final Database database =
      Database.open(
          DatabaseSettings.of(testDatabase.url(), testDatabase.user(), testDatabase.password()),
          new Random(1));
  private final Records records = database.records(format);
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void migrate() {
    database.migrate();
  }

  @AfterEach
  void close() {
    database.close();
    testDatabase.close();
  }

  private HooklineProcess worker(Map<String, String> settings) throws IOException {
    var environment = new HashMap<>(settings);
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    return HooklineProcess.start(folder, environment, "worker");
  }

  private void accept(String repository) {
    accept(anEvent().repository(repository).createdAt(Instant.now()).build(), aDelivery(GITHUB));
  }

  /** One whose body has so many bytes, and is unlike any other. */
  private void accept(String repository, int bytes) {
    Delivery delivery = aDelivery(GITHUB);
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) 'x');
    byte[] begin = "{\"of\":\"%s\",\"filler\":\"".formatted(repository).getBytes(US_ASCII);
    System.arraycopy(begin, 0, body, 0, begin.length);
    body[bytes - 2] = '"';
    body[bytes - 1] = '}';
    accept(
        anEvent()
            .repository(repository)
            .createdAt(Instant.now())
            .rawPayload(RawBody.of(body))
            .build(),
        new Delivery(
            delivery.service(),
            delivery.headers(),
            RawBody.of(body),
            delivery.receivedAt(),
            delivery.remoteAddress()));
  }

  private void accept(StandardizedEvent event, Delivery delivery) {
    var pipeline = Pipeline.received(new PipelineId(Samples.uuid(Instant.now())), event);
    database
        .pipelines(format)
        .accept(
            new NewPipeline(pipeline, delivery, new DeliveryKey(event.eventId()), false),
            Duration.ofSeconds(10));
  }

  private static void await(String what, BooleanSupplier reached) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "not in time: " + what);
      LockSupport.parkNanos(BETWEEN_LOOKS);
    }
  }

  @Test
  void afterAnOutageOfItsTargetEverythingIsDispatchedAndNothingHasFailed() throws Exception {
    var broken = new BrokenTarget();
    int port = broken.port();
    for (int i = 0; i < EVENTS; i++) {
      accept("octo/r" + i % 20);
    }
    try (var worker =
        worker(
            Map.of(
                "HOOKLINE_DISPATCH_TARGET", "http",
                "HOOKLINE_DISPATCH_HTTP_URL", "http://127.0.0.1:" + port + "/events",
                "HOOKLINE_WORKER_MAX_ATTEMPTS", "3"))) {
      worker.log(line -> says(line, "is away"), PATIENCE);
      int before = broken.calls();
      await("more probes than there are attempts", () -> broken.calls() >= before + 4);
      assertEquals(0, records.outboxDepth().dead());
      broken.close();

      var taken = new AtomicInteger();
      HttpServer target =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
      target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      target.createContext(
          "/events",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            taken.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      target.start();
      try {
        worker.log(line -> says(line, "is back"), PATIENCE);
        await("all dispatched", () -> isEmpty(records.outboxDepth()));
      } finally {
        target.stop(0);
      }
      assertEquals(EVENTS, taken.get());
      var pipelines = records.pipelines(PipelineFilter.ALL, Optional.empty(), 1000).items();
      assertEquals(EVENTS, pipelines.size());
      for (PipelineView pipeline : pipelines) {
        assertEquals(PipelineState.Name.DISPATCHED, pipeline.state().name());
      }
      assertEquals(0, worker.terminate());
    }
  }

  @Test
  void aSmallHeapBearsManyLargeEvents() throws Exception {
    for (int i = 0; i < LARGE_EVENTS; i++) {
      accept("octo/r" + i, 20 << 20);
    }
    var taken = new ConcurrentHashMap<String, Integer>();
    HttpServer target =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    target.createContext(
        "/events",
        exchange -> {
          exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
          taken.merge(exchange.getRequestHeaders().getFirst("webhook-id"), 1, Integer::sum);
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    target.start();
    try (var worker =
        worker(
            Map.of(
                "HOOKLINE_OPTS",
                "-Xmx384m",
                "HOOKLINE_DISPATCH_TARGET",
                "http",
                "HOOKLINE_DISPATCH_HTTP_URL",
                "http://127.0.0.1:" + target.getAddress().getPort() + "/events",
                "HOOKLINE_DISPATCH_HTTP_SECRET",
                "whsec_c2VjcmV0IG9mIHRoZSBsYXJnZSBldmVudHM="))) {
      await(
          "all dispatched or the worker dead",
          () -> isEmpty(records.outboxDepth()) || !worker.isAlive());
      assertEquals(0, worker.terminate());
    } finally {
      target.stop(0);
    }
    assertEquals(LARGE_EVENTS, taken.size());
    assertEquals(Set.of(1), Set.copyOf(taken.values()));
    for (PipelineView pipeline :
        records.pipelines(PipelineFilter.ALL, Optional.empty(), 1000).items()) {
      assertInstanceOf(PipelineState.Dispatched.class, pipeline.state());
      assertEquals(1, pipeline.state().attempts());
    }
  }

  private static boolean says(JsonNode line, String text) {
    return line.path("message").asText().contains(text);
  }

  /** Takes every connection and drops it. */
  private static final class BrokenTarget {
    private final ServerSocket socket;
    private final Thread taking;
    private final AtomicInteger calls = new AtomicInteger();

    BrokenTarget() throws IOException {
      socket = new ServerSocket(Ports.free(), 100, InetAddress.getLoopbackAddress());
      taking = Thread.ofVirtual().start(this::run);
    }

    private void run() {
      while (!socket.isClosed()) {
        try (var connection = socket.accept()) {
          connection.setSoLinger(true, 0);
          calls.incrementAndGet();
        } catch (IOException e) {
          // The test closes it.
          assertTrue(socket.isClosed(), e::getMessage);
        }
      }
    }

    int port() {
      return socket.getLocalPort();
    }

    int calls() {
      return calls.get();
    }

    /** Gives its port free, which is taken for as long as somebody is still accepting there. */
    void close() throws IOException, InterruptedException {
      socket.close();
      taking.join();
    }
  }

  private static boolean isEmpty(OutboxDepth depth) {
    return depth.pending() + depth.leased() + depth.retrying() == 0;
  }

  @Test
  void anEventThatKillsItsWorkersIsGivenUpAndTheOthersAreDispatched() throws Exception {
    // It kills once the others have had their turn: these would count as lost with it.
    Path target =
        Files.writeString(
            folder.resolve("target.sh"),
            """
            if [ "$HOOKLINE_REPOSITORY" = octo/deadly ]; then sleep 1; kill -9 $PPID; fi
            cat >/dev/null
            """);
    accept("octo/deadly");
    for (int i = 0; i < EVENTS; i++) {
      accept("octo/r" + i % 20);
    }
    int killed = 0;
    while (killed <= 3 && !isEmpty(records.outboxDepth())) {
      try (var worker =
          worker(
              Map.of(
                  "HOOKLINE_DISPATCH_TARGET", "exec",
                  "HOOKLINE_DISPATCH_EXEC_COMMAND", "sh " + target,
                  "HOOKLINE_WORKER_LEASE", "PT1S",
                  "HOOKLINE_WORKER_MAX_ATTEMPTS", "3"))) {
        await(
            "all over or the worker dead",
            () -> !worker.isAlive() || isEmpty(records.outboxDepth()));
        if (worker.isAlive()) {
          assertEquals(0, worker.terminate());
        } else {
          killed++;
        }
      }
    }
    assertEquals(3, killed);
    for (PipelineView pipeline :
        records.pipelines(PipelineFilter.ALL, Optional.empty(), 1000).items()) {
      if (pipeline.repository().equals("octo/deadly")) {
        var failed = assertInstanceOf(PipelineState.Failed.class, pipeline.state());
        assertEquals("worker lost", failed.error());
      } else {
        assertInstanceOf(PipelineState.Dispatched.class, pipeline.state());
      }
    }
  }

  @Test
  void aWorkerThatIsKeptFromItsLanesIsNotReadyAndThenEnds() throws Exception {
    try (var worker = worker(Map.of("HOOKLINE_WORKER_LEASE", "PT1S"));
        var connection =
            DriverManager.getConnection(
                testDatabase.url(), testDatabase.user(), testDatabase.password());
        var statement = connection.createStatement()) {
      int admin = worker.port("admin");
      await("ready", () -> readiness(admin).path("worker").asBoolean());

      connection.setAutoCommit(false);
      statement.execute("LOCK TABLE lane IN ACCESS EXCLUSIVE MODE");
      await("not ready", () -> !readiness(admin).path("worker").asBoolean(true));
      assertTrue(readiness(admin).path("database").asBoolean());
      assertEquals(1, worker.exitCode());
      assertFalse(connection.isClosed());
    }
  }

  private JsonNode readiness(int admin) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/health/ready")).build();
      return JSON.readTree(http.send(request, BodyHandlers.ofString()).body()).path("checks");
    } catch (IOException e) {
      return JSON.createObjectNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
