package dev.hookline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.bootstrap.up.EmbeddedPostgresServer;
import dev.hookline.bootstrap.up.UpFolder;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.RawClient;
import dev.hookline.testing.Ports;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators change while deliveries come in: secrets and processes. None of them fails. */
class RollingChangesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SENDERS = 4;

  /** The first time: a duplicate's answer says so. */
  private static final Pattern ACCEPTED =
      Pattern.compile(
          "HTTP/1\\.1 202 .*\\{\"status\":\"accepted\",\"pipeline_id\":\"([^\"]+)\"}\\s*",
          Pattern.DOTALL);

  /** Between two of one sender, so that processes that start find a free processor as well. */
  private static final Duration PACE = Duration.ofMillis(10);

  @TempDir private static Path folder;
  private static final Map<String, String> environment = new HashMap<>();
  private static TestDatabase database;

  @BeforeAll
  static void migrate() throws Exception {
    database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(database.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    try (var migrate = HooklineProcess.start(folder, environment, "migrate")) {
      assertEquals(0, migrate.exitCode());
      assertEquals(List.of(), migrate.wholeLog());
    }
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @Test
  void secretsAreRotatedWithoutOneRefusal() throws Exception {
    Path secrets = folder.resolve("secrets");
    write(secrets, "secret-0");
    var own = new HashMap<>(environment);
    own.put("HOOKLINE_HTTP_PORT", "0");
    own.put("HOOKLINE_GITHUB_SECRETS_FILE", secrets.toString());
    try (var serve = HooklineProcess.start(folder, own, "serve")) {
      try (var senders = new Senders(List.of(serve.port("intake")), "secret-0")) {
        senders.awaitOneFromEach();
        for (int i = 1; i <= 3; i++) {
          write(secrets, "secret-%d\nsecret-%d\n".formatted(i, i - 1));
          serve.log(takenUp(2 * i - 1), PATIENCE);
          senders.signWith("secret-" + i);
          senders.awaitOneFromEach();
          write(secrets, "secret-" + i);
          serve.log(takenUp(2 * i), PATIENCE);
          senders.awaitOneFromEach();
        }
        senders.assertAllAccepted(0);
      }
      assertEquals(0, serve.terminate());
    }
  }

  @Test
  void theDatabasesPasswordIsRotatedWithoutOneRefusal() throws Exception {
    Path password = folder.resolve("password");
    try (var up = UpFolder.open(folder.resolve("up"));
        var server = EmbeddedPostgresServer.start(up)) {
      write(password, server.password());
      var own = new HashMap<String, String>();
      own.put("HOOKLINE_DB_URL", server.jdbcUrl());
      own.put("HOOKLINE_DB_USER", server.user());
      own.put("HOOKLINE_DB_PASSWORD_FILE", password.toString());
      own.put("HOOKLINE_ADMIN_PORT", "0");
      own.put("HOOKLINE_HTTP_PORT", "0");
      own.put("HOOKLINE_GITHUB_SECRETS", "secret of the database");
      try (var migrate = HooklineProcess.start(folder, own, "migrate")) {
        assertEquals(0, migrate.exitCode());
      }
      try (var serve = HooklineProcess.start(folder, own, "serve");
          var worker = HooklineProcess.start(folder, own, "worker").readingOutput()) {
        try (var senders = new Senders(List.of(serve.port("intake")), "secret of the database")) {
          senders.awaitOneFromEach();
          rotate(server, server.password(), "the new one", password);
          senders.awaitOneFromEach();
          rotate(server, "the new one", "the one after it", password);
          senders.awaitOneFromEach();
          senders.assertAllAccepted(0);
        }
        awaitAllDispatched(server, "the one after it");
        assertEquals(0, serve.terminate());
        assertEquals(0, worker.terminate());
      }
    }
  }

  /** Gives the role another password, and ends all its connections. */
  private static void rotate(EmbeddedPostgresServer server, String old, String fresh, Path file)
      throws Exception {
    try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), old);
        var statement = connection.createStatement()) {
      statement.execute("ALTER ROLE %s PASSWORD '%s'".formatted(server.user(), fresh));
      assertThrows(
          SQLException.class,
          () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), old).close(),
          "the old password is still good");
      write(file, fresh);
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE usename = current_user AND pid <> pg_backend_pid()");
    }
  }

  private static void awaitAllDispatched(EmbeddedPostgresServer server, String password)
      throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), password);
        var statement = connection.prepareStatement("SELECT count(*) FROM outbox_message")) {
      while (true) {
        try (var rows = statement.executeQuery()) {
          rows.next();
          if (rows.getInt(1) == 0) {
            return;
          }
        }
        assertTrue(System.nanoTime() < deadline, "the outbox is not empty in time");
        Thread.sleep(20);
      }
    }
  }

  /** As a secret manager does it: whole, in one step. */
  private static void write(Path file, String secrets) throws IOException {
    Path fresh = Files.writeString(folder.resolve("fresh"), secrets);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Predicate<JsonNode> takenUp(int times) {
    var seen = new AtomicInteger();
    return line ->
        line.path("message").asText().equals("Secret file taken up")
            && seen.incrementAndGet() == times;
  }

  /** What other tests have left in it is dispatched as well. */
  private static void awaitEmptyOutbox() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!database.query("SELECT count(*) FROM outbox_message").equals("0")) {
      assertTrue(System.nanoTime() < deadline, "the outbox is not empty in time");
      Thread.sleep(20);
    }
  }

  @Test
  void processesAreRestartedWithoutOneFailure() throws Exception {
    try (var target = new Target()) {
      var serves = new ArrayList<HooklineProcess>();
      var workers = new ArrayList<HooklineProcess>();
      var ports = List.of(Ports.free(), Ports.free());
      try {
        for (int port : ports) {
          serves.add(serve(port));
          workers.add(worker(target));
        }
        for (HooklineProcess serve : serves) {
          serve.port("intake");
        }
        Set<String> accepted;
        try (var senders = new Senders(ports, "secret of the restarts")) {
          for (int restart = 0; restart < ports.size(); restart++) {
            int at = restart % ports.size();
            senders.awaitOneFromEach();
            assertEquals(0, serves.get(at).terminateTwice());
            serves.set(at, serve(ports.get(at)));
            serves.get(at).port("intake");
            if (restart < workers.size()) {
              assertEquals(0, workers.get(at).terminateTwice());
              workers.set(at, worker(target));
            }
          }
          senders.awaitOneFromEach();
          accepted = senders.assertAllAccepted(ports.size());
        }
        target.await(accepted);
        awaitEmptyOutbox();
        for (HooklineProcess worker : workers) {
          assertEquals(0, worker.terminate());
        }
        target.assertEachOnce();
      } finally {
        serves.forEach(HooklineProcess::close);
        workers.forEach(HooklineProcess::close);
      }
    }
  }

  private static HooklineProcess serve(int port) throws IOException {
    var own = new HashMap<>(environment);
    own.put("HOOKLINE_HTTP_PORT", Integer.toString(port));
    own.put("HOOKLINE_GITHUB_SECRETS", "secret of the restarts");
    return HooklineProcess.start(folder, own, "serve");
  }

  private static HooklineProcess worker(Target target) throws IOException {
    var own = new HashMap<>(environment);
    own.put("HOOKLINE_DISPATCH_TARGET", "http");
    own.put("HOOKLINE_DISPATCH_HTTP_URL", "http://127.0.0.1:%d/".formatted(target.port()));
    return HooklineProcess.start(folder, own, "worker");
  }

  /**
   * Send one delivery after another, each on a connection of its own; where that is refused, to the
   * next of the intakes, and also where it is reset: that is what becomes of one that the system
   * has opened and a listener that closes has not taken up yet. One that had been taken up comes
   * back as a duplicate, and so as a failure: its answer was cut off.
   */
  private static final class Senders implements AutoCloseable {
    private final List<Integer> ports;
    private final AtomicIntegerArray answered = new AtomicIntegerArray(SENDERS);
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger resets = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile String secret;
    private volatile boolean stopped;

    Senders(List<Integer> ports, String secret) {
      this.ports = ports;
      this.secret = secret;
      for (int i = 0; i < SENDERS; i++) {
        int sender = i;
        threads.execute(() -> sendUntilStopped(sender));
      }
    }

    void signWith(String other) {
      secret = other;
    }

    private void sendUntilStopped(int sender) {
      while (!stopped) {
        try {
          String answer = send(sender);
          var pipeline = ACCEPTED.matcher(answer);
          if (!pipeline.matches() || !accepted.add(pipeline.group(1))) {
            failures.add(answer);
          }
          Thread.sleep(PACE);
        } catch (IOException | InterruptedException e) {
          failures.add(e.toString());
        }
        answered.incrementAndGet(sender);
      }
    }

    private String send(int sender) throws IOException {
      var delivery = UUID.randomUUID();
      String body =
          """
          {"ref":"refs/heads/main","after":"%s","commits":[],\
          "repository":{"name":"r%d","full_name":"octo/r%d","owner":{"login":"octo"}},\
          "sender":{"login":"octocat","type":"User"}}\
          """
              .formatted(delivery, sender, sender);
      String request =
          """
          POST /webhooks/github HTTP/1.1|Host: h|Connection: close|Content-Type: application/json|\
          X-GitHub-Event: push|X-GitHub-Delivery: %s|X-Hub-Signature-256: sha256=%s|\
          Content-Length: %d||%s\
          """
              .formatted(delivery, Deliveries.hmac(secret, body), body.length(), body);
      SocketException refused = new ConnectException("no intake");
      for (int attempt = 0; attempt < ports.size(); attempt++) {
        try (var raw = new RawClient(ports.get((sender + attempt) % ports.size()))) {
          return raw.send(request).rest();
        } catch (SocketException e) {
          refused = e;
          resets.addAndGet(e instanceof ConnectException ? 0 : 1);
        }
      }
      throw refused;
    }

    /** Waits until each has sent and been answered once more, from the first byte on. */
    void awaitOneFromEach() throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      for (int i = 0; i < SENDERS; i++) {
        // The first of the two may have been on its way already.
        int wanted = answered.get(i) + 2;
        while (answered.get(i) < wanted) {
          assertTrue(System.nanoTime() < deadline, "no answer in time");
          Thread.sleep(5);
        }
      }
    }

    /**
     * @param restarts at each of which one connection of each sender may have been reset
     * @return the ids of the pipelines
     */
    Set<String> assertAllAccepted(int restarts) throws InterruptedException {
      stopped = true;
      threads.shutdown();
      assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
      assertEquals(List.of(), List.copyOf(failures), () -> accepted.size() + " accepted");
      assertTrue(resets.get() <= restarts * SENDERS, () -> resets + " were reset");
      System.out.println(accepted.size() + " accepted, " + resets + " reset, none failed");
      return Set.copyOf(accepted);
    }

    @Override
    public void close() {
      stopped = true;
      threads.close();
    }
  }

  /** Counts how often each event arrives. */
  private static final class Target implements AutoCloseable {
    private final Map<String, Integer> arrivals = new ConcurrentHashMap<>();
    private final HttpServer server;

    Target() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              var event = JSON.readTree(exchange.getRequestBody());
              arrivals.merge(event.path("id").asText(), 1, Integer::sum);
              exchange.sendResponseHeaders(204, -1);
            }
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    /** What other tests have left arrives as well. */
    void await(Set<String> events) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      var missing = new HashSet<>(events);
      while (!missing.isEmpty()) {
        assertTrue(System.nanoTime() < deadline, () -> "not arrived: " + missing);
        missing.removeAll(arrivals.keySet());
        Thread.sleep(20);
      }
    }

    void assertEachOnce() {
      arrivals.forEach((id, times) -> assertEquals(1, times, id));
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
