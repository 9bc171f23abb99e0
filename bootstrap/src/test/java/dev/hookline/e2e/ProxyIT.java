package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.testing.Ports;
import dev.hookline.testing.Requirement;
import dev.hookline.testing.SelfSigned;
import dev.hookline.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped configurations of reverse proxies, before a Hookline that runs. */
class ProxyIT {
  private static final String SECRET = "a secret behind a proxy";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path SHIPPED = Path.of("deploy", "proxy");
  private static final int MAX_BODY = 26_214_400;
  private static final int SENDERS = 4;

  /** Between two of one sender, so that processes that start find a free processor as well. */
  private static final Duration PACE = Duration.ofMillis(10);

  /** Makes bodies differ: the same one would be the same delivery. */
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @TempDir private static Path folder;
  private static final Map<String, String> environment = new HashMap<>();
  private static TestDatabase database;
  private static Path program;
  private static SelfSigned identity;
  private static HooklineProcess serve;
  private static Process nginx;
  private static HttpClient http;
  private static int port;
  private static int intake;
  private static int admin;

  @BeforeAll
  static void start() throws Exception {
    var installed = program("nginx");
    Requirement.met(installed.isPresent(), "nginx is not installed");
    program = installed.get();
    identity = SelfSigned.of("localhost");
    database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user())
        .ifPresent(user -> environment.put("HOOKLINE_DB_USER", user));
    Optional.ofNullable(database.password())
        .ifPresent(password -> environment.put("HOOKLINE_DB_PASSWORD", password));
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_LINEAR_SECRETS", "another secret behind a proxy");
    environment.put("HOOKLINE_LINEAR_RATE_LIMIT", "1:5");
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    environment.put("HOOKLINE_HTTP_TRUSTED_PROXIES", "127.0.0.1/32");
    try (var migrate = HooklineProcess.start(folder, environment, "migrate")) {
      assertEquals(0, migrate.exitCode());
    }
    serve = HooklineProcess.start(folder, environment, "serve");
    admin = serve.port("admin");
    intake = serve.port("intake");
    port = Ports.free();
    nginx = startNginx("single", port, intake);
    http = HttpClient.newBuilder().sslContext(identity.trusted()).build();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (nginx != null) {
      end(nginx);
    }
    if (serve != null) {
      serve.close();
    }
    if (database != null) {
      database.close();
    }
  }

  private static void end(Process proxy) throws InterruptedException {
    proxy.destroy();
    assertTrue(proxy.waitFor(10, TimeUnit.SECONDS));
  }

  private static Optional<Path> program(String name) {
    return Stream.concat(
            Arrays.stream(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** As shipped but for its ports, one or more of intakes, and for where its files are. */
  private static Process startNginx(String name, int port, int... intakes) throws Exception {
    Path own = Files.createDirectory(folder.resolve(name));
    Path certificate = own.resolve("hookline.crt");
    Path key = own.resolve("hookline.key");
    identity.writeTo(certificate, key);
    String shipped = Files.readString(SHIPPED.resolve("nginx.conf"));
    String server = "server 127.0.0.1:8080 max_fails=0;";
    var here =
        Map.of(
            "user www-data;",
            "daemon off; master_process off;",
            "pid /run/nginx.pid;",
            "pid " + own.resolve("nginx.pid") + ";",
            "/var/log/nginx/error.log warn",
            "stderr warn",
            "/var/log/nginx/access.log",
            own.resolve("access.log").toString(),
            "/etc/nginx/hookline.crt",
            certificate.toString(),
            "/etc/nginx/hookline.key",
            key.toString(),
            "listen 443 ssl",
            "listen 127.0.0.1:" + port + " ssl",
            server,
            Arrays.stream(intakes)
                .mapToObj(intake -> server.replace("8080", Integer.toString(intake)))
                .collect(Collectors.joining("\n")));
    for (var change : here.entrySet()) {
      assertTrue(shipped.contains(change.getKey()), change::getKey);
      shipped = shipped.replace(change.getKey(), change.getValue());
    }
    var temporary = new StringBuilder("http {\n");
    for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      temporary.append(kind).append("_temp_path ").append(own.resolve(kind)).append(";\n");
    }
    Path configuration = own.resolve("nginx.conf");
    Files.writeString(configuration, shipped.replace("http {\n", temporary));
    Process proxy =
        new ProcessBuilder(program.toString(), "-p", own.toString(), "-c", configuration.toString())
            .inheritIO()
            .start();
    awaitListening(proxy, port);
    return proxy;
  }

  private static void awaitListening(Process proxy, int port) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      assertTrue(proxy.isAlive(), "the proxy has ended");
      try (var _ = identity.connect(port)) {
        return;
      } catch (ConnectException _) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    throw new AssertionError("the proxy does not listen");
  }

  private static String comment(int size) {
    String frame =
        """
        {"action":"created","issue":{"number":7},"comment":{"id":1,"body":"%s"},\
        "repository":{"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"}},\
        "sender":{"login":"octocat","type":"User"}}\
        """;
    return frame.formatted("x".repeat(size - frame.length() + 2));
  }

  private static String signature(String body) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
  }

  private static HttpResponse<String> send(String path, String body, BodyPublisher publisher)
      throws Exception {
    return send(port, path, body, publisher);
  }

  private static HttpResponse<String> send(
      int port, String path, String body, BodyPublisher publisher) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "issue_comment")
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header("X-Hub-Signature-256", signature(body))
            .POST(publisher)
            .build(),
        BodyHandlers.ofString());
  }

  private static int requestsSeen() throws Exception {
    String metrics =
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    return Pattern.compile("^webhook_received_total\\{[^}]*} ([0-9.]+)", Pattern.MULTILINE)
        .matcher(metrics)
        .results()
        .mapToInt(match -> (int) Double.parseDouble(match.group(1)))
        .sum();
  }

  private static String rawAnswer(String request) throws Exception {
    try (var socket = identity.connect(port)) {
      socket.setSoTimeout(3_000);
      socket.getOutputStream().write(request.replace("|", "\r\n").getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      var answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketTimeoutException _) {
        // What has come until now is all that comes.
        return answer.toString(ISO_8859_1);
      }
      return answer.toString(ISO_8859_1);
    }
  }

  @Test
  void aDeliveryPassesByteForByteWholeOrInChunks() throws Exception {
    int before = requestsSeen();
    String body = comment(20_000);
    assertEquals(202, send("/webhooks/github", body, BodyPublishers.ofString(body)).statusCode());
    var inChunks =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(UTF_8)));
    HttpResponse<String> answer = send("/webhooks/github", body, inChunks);
    assertEquals(202, answer.statusCode(), answer::body);
    assertEquals(Optional.of("nginx"), answer.headers().firstValue("Server"));
    assertEquals(before + 2, requestsSeen());
  }

  @Test
  void theLargestBodyPassesAndOneByteMoreDoesNot() throws Exception {
    String largest = comment(MAX_BODY);
    assertEquals(MAX_BODY, largest.length());
    assertEquals(
        202, send("/webhooks/github", largest, BodyPublishers.ofString(largest)).statusCode());
    int before = requestsSeen();
    String more = largest + " ";
    assertEquals(413, send("/webhooks/github", more, BodyPublishers.ofString(more)).statusCode());
    assertEquals(before, requestsSeen());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /webhooks/github HTTP/1.1|Host: h|Content-Length: 5|Transfer-Encoding: chunked||0||",
        "POST /webhooks/github HTTP/1.1|Host: h|Content-Length: 5|Content-Length: 6||hello",
        "POST /webhooks/github HTTP/1.1|Host: h|Content-Length: +5||hello",
        "POST /webhooks/github HTTP/1.1|Host: h|Transfer-Encoding: xchunked||0||",
        "POST /webhooks/github HTTP/1.1|Host: h|Transfer-Encoding: chunked||z||",
        "POST /webhooks/github HTTP/1.1|Host: a|Host: b|Content-Length: 0||",
        "POST /webhooks/github HTTP/1.1|Content-Length: 0||",
        "POST /webhooks/github HTTP/1.1|Host: h|Content-Length : 5||hello",
      })
  void whatHasNoSureEndGoesNoFurther(String request) throws Exception {
    int before = requestsSeen();
    String answer = rawAnswer(request);
    assertTrue(answer.startsWith("HTTP/1.1 400 ") || answer.startsWith("HTTP/1.1 501 "), answer);
    assertEquals(
        1, Pattern.compile("^HTTP/1.1 ", Pattern.MULTILINE).matcher(answer).results().count());
    assertEquals(before, requestsSeen());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /webhooks/github",
        "HEAD /webhooks/github",
        "PUT /webhooks/github",
        "OPTIONS /webhooks/github",
      })
  void otherMethodsGoNoFurther(String start) throws Exception {
    int before = requestsSeen();
    String answer = rawAnswer(start + " HTTP/1.1|Host: h|Connection: close||");
    assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
    assertTrue(answer.contains("Allow: POST"), answer);
    assertEquals(before, requestsSeen());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/health/live",
        "/metrics",
        "/api/pipelines",
        "/webhooks/",
        "/webhooks//github"
      })
  void otherPathsGoNoFurther(String path) throws Exception {
    int before = requestsSeen();
    String answer =
        rawAnswer("POST " + path + " HTTP/1.1|Host: h|Content-Length: 0|Connection: close||");
    assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
    assertEquals(before, requestsSeen());
  }

  /** The rate of one address is 5 at once, so that what comes from 20 of them passes. */
  @Test
  void whatASenderSaysOfItsAddressEndsAtTheProxy() throws Exception {
    assertEquals(0, ratedOf(20, "http://127.0.0.1:" + intake));
    assertTrue(ratedOf(20, "https://localhost:" + port) > 0);
  }

  /** How many of so many requests, each said to come from elsewhere, are over the rate. */
  private static int ratedOf(int requests, String where) throws Exception {
    int rated = 0;
    for (int i = 0; i < requests; i++) {
      String elsewhere = "198.51.100." + i;
      int status =
          http.send(
                  HttpRequest.newBuilder(URI.create(where + "/webhooks/linear"))
                      .header("Content-Type", "application/json")
                      .header("X-Forwarded-For", elsewhere)
                      .header("Forwarded", "for=" + elsewhere)
                      .POST(BodyPublishers.ofString("{}"))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode();
      assertTrue(status == 401 || status == 429, () -> "status " + status);
      rated += status == 429 ? 1 : 0;
    }
    return rated;
  }

  @Test
  void aSlowBodyNeverReachesTheIntake() throws Exception {
    int before = requestsSeen();
    String answer =
        rawAnswer(
            "POST /webhooks/github HTTP/1.1|Host: h|Content-Length: 500||the beginning and no"
                + " more");
    assertEquals("", answer);
    assertEquals(before, requestsSeen());
  }

  /** Connections to the proxy stay open, and so do its own to the intakes, until one ends them. */
  @Test
  void ofTwoIntakesOneAtATimeIsRestartedWithoutOneFailure() throws Exception {
    int before = Integer.parseInt(database.query("SELECT count(*) FROM event"));
    int proxied = Ports.free();
    var ports = new int[] {Ports.free(), Ports.free()};
    var intakes = new HooklineProcess[] {serve(ports[0]), serve(ports[1])};
    for (HooklineProcess one : intakes) {
      one.port("intake");
    }
    Process proxy = startNginx("several", proxied, ports);
    var answers = new ConcurrentLinkedQueue<Integer>();
    var stopped = new AtomicBoolean();
    try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
      var sending = new ArrayList<Future<?>>();
      for (int i = 0; i < SENDERS; i++) {
        sending.add(senders.submit(() -> sendUntil(stopped, proxied, answers)));
      }
      try {
        for (int restart = 0; restart < 2 * intakes.length; restart++) {
          awaitMore(answers, 20 * SENDERS);
          int at = restart % intakes.length;
          assertEquals(0, intakes[at].terminate());
          awaitMore(answers, 5 * SENDERS);
          intakes[at] = serve(ports[at]);
          intakes[at].port("intake");
        }
        awaitMore(answers, 20 * SENDERS);
      } finally {
        stopped.set(true);
      }
      for (Future<?> sender : sending) {
        sender.get();
      }
    } finally {
      end(proxy);
      for (HooklineProcess one : intakes) {
        one.close();
      }
    }
    var failed = answers.stream().filter(status -> status != 202).toList();
    assertEquals(List.of(), failed, () -> "of " + answers.size());
    int stored = Integer.parseInt(database.query("SELECT count(*) FROM event")) - before;
    assertEquals(answers.size(), stored);
    System.out.println(stored + " accepted through the proxy, none failed");
  }

  private static HooklineProcess serve(int port) throws IOException {
    var own = new HashMap<>(environment);
    own.put("HOOKLINE_HTTP_PORT", Integer.toString(port));
    return HooklineProcess.start(folder, own, "serve");
  }

  private static @Nullable Void sendUntil(
      AtomicBoolean stopped, int port, ConcurrentLinkedQueue<Integer> answers) throws Exception {
    while (!stopped.get()) {
      String body = comment(1_000).replace("\"id\":1", "\"id\":" + NUMBER.incrementAndGet());
      answers.add(send(port, "/webhooks/github", body, BodyPublishers.ofString(body)).statusCode());
      Thread.sleep(PACE);
    }
    return null;
  }

  private static void awaitMore(ConcurrentLinkedQueue<Integer> answers, int more)
      throws InterruptedException {
    int wanted = answers.size() + more;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (answers.size() < wanted) {
      assertTrue(System.nanoTime() < deadline, "too few answers in time");
      Thread.sleep(5);
    }
  }

  @Test
  void theConfigurationOfCaddyIsOne() throws Exception {
    var program = program("caddy");
    Requirement.met(program.isPresent(), "caddy is not installed");
    Process caddy =
        new ProcessBuilder(
                program.get().toString(),
                "validate",
                "--adapter",
                "caddyfile",
                "--config",
                SHIPPED.resolve("Caddyfile").toString())
            .inheritIO()
            .start();
    assertEquals(0, caddy.waitFor());
  }
}
