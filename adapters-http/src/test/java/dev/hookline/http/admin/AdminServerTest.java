package dev.hookline.http.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.format.EventFormat;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.operator.Cursor;
import dev.hookline.http.operator.Guesses.Pace;
import dev.hookline.http.operator.OperatorLog;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.http.testing.LogLines;
import dev.hookline.http.testing.RawClient;
import dev.hookline.http.testing.TinyDialect;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {
  private static final Service TINY = new Service("tiny");

  private final LogLines lines = new LogLines();
  private final FakeStore store = new FakeStore();
  private final FakeRecords records = new FakeRecords(store);
  private volatile Optional<String> token = Optional.empty();
  private volatile Map<String, Boolean> checks = Map.of("database", true);
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdminServer server = server(Optional.of(api()));

  private AdminServer server(Optional<AdminApi> api) {
    return new AdminServer(
        new AdminServer.Settings(
            "127.0.0.1",
            0,
            AdminServer.LOOPBACK_HOSTS,
            () -> token,
            Duration.ofSeconds(5),
            List.of("127.0.0.1")),
        () -> {
          records.outboxDepth();
          return checks;
        },
        new PrometheusMetrics(records, store),
        api,
        Optional.empty(),
        () -> UUID.randomUUID().toString());
  }

  private AdminApi api() {
    var handler =
        new TinyDialect("tiny")
            .handler(SupportedEvents.of(List.of("push")), new RepositoryMappings(List.of()));
    var standardizer = new Standardizer(new ServiceHandlerFactory(List.of(handler)));
    var clock = Clock.fixed(Samples.NOON, ZoneOffset.UTC);
    var replay = new ReplayPipeline(store, standardizer, clock);
    return new AdminApi(
        records,
        replay,
        new ReplayPipelines(records, replay),
        new ReplayRefused(
            store,
            store,
            replay,
            standardizer,
            _ -> true,
            () -> Samples.uuid(Samples.NOON),
            Duration.ofSeconds(1)),
        new AdminJson(new PlainFormat()),
        new OperatorLog(OperatorLog.Via.API, lines));
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  @Test
  void healthNeedsNeitherHostNorToken() throws Exception {
    token = Optional.of("t0ken");
    try (var raw = new RawClient(server.port())) {
      String live = raw.send("GET /health/live HTTP/1.1|Host: probe.example||").answer();
      assertTrue(live.startsWith("HTTP/1.1 200 "), live);
      assertTrue(live.endsWith("{\"status\":\"live\"}"), live);
      String ready = raw.send("GET /health/ready HTTP/1.1|Host: probe.example||").answer();
      assertTrue(ready.startsWith("HTTP/1.1 200 "), ready);
    }
  }

  @Test
  void notReadyIs503AndSaysWhich() throws Exception {
    checks = Map.of("database", false);
    var answer = get("/health/ready");
    assertEquals(503, answer.statusCode());
    assertEquals("{\"status\":\"not ready\",\"checks\":{\"database\":false}}", answer.body());
  }

  @Test
  void databaseAwayIsNotReadyButAlive() throws Exception {
    store.away = true;
    assertEquals(503, get("/health/ready").statusCode());
    assertEquals(200, get("/health/live").statusCode());
  }

  @Test
  void metricsAreText() throws Exception {
    var answer = get("/metrics");
    assertEquals(200, answer.statusCode());
    assertEquals(
        PrometheusMetrics.CONTENT_TYPE, answer.headers().firstValue("Content-Type").orElse(""));
    assertTrue(answer.body().contains("outbox_messages{state=\"pending\"} 4.0"), answer.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/outbox",
    "GET, /metrics",
    "GET, /",
    "GET, /nothing",
    "POST, /api/pipelines/replay"
  })
  void withATokenEverythingElseAsksForIt(String method, String path) throws Exception {
    token = Optional.of("t0ken");
    assertError(401, "UnauthorizedError", send(to(path).method(method, BodyPublishers.noBody())));
    assertError(
        401,
        "UnauthorizedError",
        send(
            to(path)
                .header("Authorization", "Bearer t0keN")
                .method(method, BodyPublishers.noBody())));
  }

  @Test
  void firstAndLastTimeThatCanBeAskedForAreTaken() throws Exception {
    get("/api/pipelines?since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59.999999999Z");
    assertEquals(
        Optional.of(Instant.parse("0001-01-01T00:00:00Z")),
        records.askedFor.flatMap(PipelineFilter::since));
  }

  @Test
  void wrongTokensAreAnsweredSlowly() throws Exception {
    token = Optional.of("t0ken");
    for (int i = 0; i < Pace.BY_PROGRAM.most; i++) {
      assertEquals(401, trying("/metrics", "guess" + i, "192.0.2.1"));
    }
    assertEquals(429, trying("/api/outbox", "guess", "192.0.2.1"));
    assertEquals(429, trying("/api/outbox", "t0ken", "192.0.2.1"), "else guessing went on");
    assertEquals(200, trying("/api/outbox", "t0ken", "192.0.2.2"), "another sender is not meant");
    for (int i = 0; i < Pace.BY_PROGRAM.most; i++) {
      assertEquals(200, trying("/api/outbox", "t0ken", "192.0.2.2"), "right ones are no guesses");
      var without = to("/api/outbox").header("X-Forwarded-For", "192.0.2.2").GET();
      assertError(401, "UnauthorizedError", send(without));
    }
  }

  private int trying(String path, String given, String from) throws Exception {
    var answer =
        send(
            to(path)
                .header("Authorization", "Bearer " + given)
                .header("X-Forwarded-For", from)
                .GET());
    assertEquals(
        answer.statusCode() == 429, answer.headers().firstValue("Retry-After").isPresent());
    return answer.statusCode();
  }

  @Test
  void everyActionIsOneLineInTheLog() throws Exception {
    token = Optional.of("t0ken");
    var id = onRecord("push d1 octo/widgets", new PipelineState.Failed(3, Samples.NOON, "503"));
    var refused = refused("push d9 octo/widgets", TINY);
    var still = refused("push d9", TINY);
    acting("/api/pipelines/" + id + "/replay", "");
    acting("/api/pipelines/" + id + "/replay", "");
    acting("/api/pipelines/replay", "{\"service\":\"tiny\",\"state\":\"\",\"limit\":7}");
    acting("/api/refused/" + refused + "/replay", "");
    acting("/api/refused/" + still + "/replay", "");
    store.away = true;
    acting("/api/pipelines/" + id + "/replay", "");
    store.away = false;
    acting("/api/pipelines/replay", "{\"state\":\"LOST\"}");
    get("/api/outbox");

    String pipeline = "INFO operator acted action=replay_pipeline pipeline_id=" + id;
    String delivery = "INFO operator acted action=replay_refused refused_id=";
    String from = " address=192.0.2.9 via=api request_id=";
    assertEquals(
        List.of(
            pipeline + " result=reopened" + from,
            pipeline + " result=still open" + from,
            "INFO operator acted action=replay_pipelines limit=7 service=tiny result=0" + from,
            delivery + refused + " result=accepted as " + store.first("d9") + from,
            delivery + still + " result=still refused" + from,
            pipeline + " result=failed" + from),
        lines.written.stream().map(line -> line.replaceFirst("[0-9a-f-]{36}$", "")).toList());
  }

  private void acting(String path, String body) throws Exception {
    var unused =
        send(
            to(path)
                .header("Authorization", "Bearer t0ken")
                .header("X-Forwarded-For", "192.0.2.9")
                .POST(BodyPublishers.ofString(body)));
  }

  @Test
  void rightTokenPassesAndMayChange() throws Exception {
    token = Optional.of("t0ken");
    assertEquals(
        200, send(to("/api/outbox").header("Authorization", "Bearer t0ken").GET()).statusCode());
    token = Optional.of("another");
    assertEquals(
        401, send(to("/api/outbox").header("Authorization", "Bearer t0ken").GET()).statusCode());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:1, 200",
    "LOCALHOST, 200",
    "127.0.0.1:8081, 200",
    "[::1]:8081, 200",
    "evil.example, 403",
    "localhost.evil.example:8081, 403",
    "127.0.0.1.evil.example, 403"
  })
  void onlyKnownHostNamesAreAnswered(String host, int status) throws Exception {
    try (var raw = new RawClient(server.port())) {
      String answer = raw.send("GET /api/outbox HTTP/1.1|Host: %s||".formatted(host)).answer();
      assertTrue(answer.startsWith("HTTP/1.1 %d ".formatted(status)), answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://localhost:1",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site"
  })
  void pagesOfAnotherOriginMayNotChangeAnything(String header, String value) throws Exception {
    assertError(
        403,
        "ForbiddenError",
        send(
            to("/api/pipelines/replay").header(header, value).POST(BodyPublishers.ofString("{}"))));
  }

  @Test
  void ownPagesMayChangeThings() throws Exception {
    var answer =
        send(
            to("/api/pipelines/replay")
                .header("Origin", "http://127.0.0.1:" + server.port())
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.ofString("{}")));
    assertEquals(200, answer.statusCode());
    assertEquals("{\"replayed\":0}", answer.body());
  }

  @Test
  void outboxShowsItsDepth() throws Exception {
    assertEquals(
        "{\"pending\":4,\"leased\":3,\"retrying\":2,\"dead\":1,\"oldest_pending_seconds\":1.5}",
        get("/api/outbox").body());
  }

  @Test
  void pipelinesAreListedWithACursorThatLeadsOn() throws Exception {
    var id =
        onRecord(
            "push d1 octo/widgets",
            new PipelineState.Retrying(2, Samples.NOON, Samples.NOON.plusSeconds(9), "503"));
    records.next = Optional.of(id.value());
    var answer = get("/api/pipelines");

    String cursor = Cursor.write(id.value());
    assertEquals(
        ("{\"pipelines\":[{\"pipeline_id\":\"%s\",\"event_id\":\"d1\",\"service\":\"tiny\","
             + "\"event_type\":\"push\",\"repository\":\"octo/widgets\",\"state\":\"PROCESSING\","
             + "\"error\":\"503\",\"attempts\":2,\"next_attempt_at\":\"2026-03-01T12:00:09Z\","
             + "\"created_at\":\"2026-03-01T12:00:00Z\",\"updated_at\":\"2026-03-01T12:00:00Z\"}],"
             + "\"next_cursor\":\"%s\"}")
            .formatted(id, cursor),
        answer.body());
    assertEquals(50, records.askedLimit);

    get("/api/pipelines?limit=1000&cursor=" + cursor);
    assertEquals(Optional.of(id.value()), records.askedAfter);
    assertEquals(1000, records.askedLimit);
  }

  @Test
  void filtersReachTheRecords() throws Exception {
    get(
        "/api/pipelines?state=failed&service=github&event_type=issue_comment&repository=octo%2Fwidgets"
            + "&since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z");
    assertEquals(
        Optional.of(
            new PipelineFilter(
                Optional.of(PipelineState.Name.FAILED),
                Optional.of("github"),
                Optional.of("issue_comment"),
                Optional.of("octo/widgets"),
                Optional.of(Instant.parse("2026-03-01T00:00:00Z")),
                Optional.of(Instant.parse("2026-03-02T00:00:00Z")))),
        records.askedFor);
  }

  @Test
  void emptyParametersNarrowNothing() throws Exception {
    assertEquals(200, get("/api/pipelines?state=&service=&limit=&cursor=").statusCode());
    assertEquals(Optional.of(PipelineFilter.ALL), records.askedFor);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/pipelines?state=LOST, state",
    "/api/pipelines?service=Git%20Hub, service",
    "/api/pipelines?repository=widgets, repository",
    "/api/pipelines?since=yesterday, since",
    "/api/pipelines?until=1, until",
    "/api/pipelines?since=-1000000000-01-01T00:00:00Z, since",
    "/api/pipelines?since=0000-12-31T23:59:59Z, since",
    "/api/pipelines?until=%2B10000-01-01T00:00:00Z, until",
    "/api/pipelines?until=%2B1000000000-12-31T00:00:00Z, until",
    "/api/refused?until=%2B10000-01-01T00:00:00Z, until",
    "/api/pipelines?limit=0, limit",
    "/api/pipelines?limit=1001, limit",
    "/api/pipelines?limit=1&limit=2, limit",
    "/api/pipelines?cursor=x, cursor",
    "/api/pipelines?page=2, page",
    "/api/refused?state=FAILED, state",
    "/api/refused?since=x, since"
  })
  void badParameterIs400AndNamed(String path, String parameter) throws Exception {
    var answer = get(path);
    assertError(400, "InvalidRequestError", answer);
    assertTrue(answer.body().contains(parameter), answer.body());
  }

  @Test
  void onePipelineIsShownWithHistoryAndEvent() throws Exception {
    var id = onRecord("push d1 octo/widgets", new PipelineState.Received(Samples.NOON));
    var answer = get("/api/pipelines/" + id);
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().startsWith("{\"pipeline_id\":\"%s\"".formatted(id)), answer.body());
    assertTrue(
        answer
            .body()
            .endsWith(
                "\"history\":[{\"state\":\"RECEIVED\",\"at\":\"2026-03-01T12:00:00Z\",\"attempt\":0,"
                    + "\"error\":null}],\"event\":{\"the\":\"event\"}}"),
        answer.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/pipelines/0199aaaa-0000-7000-8000-000000000000",
    "GET, /api/pipelines/x",
    "POST, /api/pipelines/0199aaaa-0000-7000-8000-000000000000/replay",
    "POST, /api/pipelines/x/replay",
    "POST, /api/refused/0199aaaa-0000-7000-8000-000000000000/replay",
    "GET, /",
    "GET, /api",
    "GET, /api/",
    "GET, /health"
  })
  void unknownIsNotFound(String method, String path) throws Exception {
    assertError(404, "NotFoundError", send(to(path).method(method, BodyPublishers.noBody())));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/pipelines, 'GET, HEAD'",
    "DELETE, /api/outbox, 'GET, HEAD'",
    "GET, /api/pipelines/replay, POST",
    "GET, /api/refused/x/replay, POST",
    "POST, /metrics, 'GET, HEAD'",
    "POST, /health/live, 'GET, HEAD'"
  })
  void otherMethodsAre405(String method, String path, String allowed) throws Exception {
    var answer = send(to(path).method(method, BodyPublishers.noBody()));
    assertError(405, "MethodNotAllowedError", answer);
    assertEquals(allowed, answer.headers().firstValue("Allow").orElse(""));
  }

  @Test
  void failedPipelineIsReplayedAndAnOpenOneLeftAlone() throws Exception {
    var id = onRecord("push d1 octo/widgets", new PipelineState.Failed(3, Samples.NOON, "503"));
    assertEquals("{\"replayed\":1}", post("/api/pipelines/" + id + "/replay", "").body());
    assertEquals("{\"replayed\":0}", post("/api/pipelines/" + id + "/replay", "").body());
  }

  @Test
  void pipelineThatNoHandlerReadsAnyMoreIsAnsweredWithTheRefusal() throws Exception {
    var id = onRecord("fork d1 octo/widgets", new PipelineState.Failed(3, Samples.NOON, "503"));
    assertError(400, "UnsupportedEventError", post("/api/pipelines/" + id + "/replay", ""));
  }

  @Test
  void manyAreReplayedByFilter() throws Exception {
    onRecord("push d1 octo/widgets", new PipelineState.Failed(3, Samples.NOON, "503"));
    onRecord("push d2 octo/widgets", new PipelineState.Failed(3, Samples.NOON, "503"));
    var answer =
        post("/api/pipelines/replay", "{\"state\":\"FAILED\",\"service\":null,\"limit\":1}");
    assertEquals("{\"replayed\":1}", answer.body());
    assertEquals(
        Optional.of(PipelineState.Name.FAILED), records.askedFor.flatMap(PipelineFilter::state));
    assertEquals("{\"replayed\":1}", post("/api/pipelines/replay", "{}").body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{",
        "{} {}",
        "{\"state\":{}}",
        "{\"state\":\"LOST\"}",
        "{\"cursor\":\"x\"}",
        "{\"limit\":0}",
        "{\"since\":\"-1000000000-01-01T00:00:00Z\"}",
        "{\"limit\":true}",
        "{\"limit\":1.5}",
        "{\"limit\":[1]}",
        "\uFEFF{}",
        "{\"state\":\"FAILED\",\"state\":\"FAILED\"}"
      })
  void badFilterIs400(String filter) throws Exception {
    assertError(400, "InvalidRequestError", post("/api/pipelines/replay", filter));
  }

  @Test
  void filterThatIsTooLongIs413() throws Exception {
    assertError(
        413,
        "PayloadTooLargeError",
        post("/api/pipelines/replay", " ".repeat(AdminApi.MAX_BODY + 1)));
  }

  @Test
  void refusedAreListed() throws Exception {
    var id = refused("fork d9 octo/widgets", TINY);
    assertEquals(
        ("{\"refused\":[{\"refused_id\":\"%s\",\"service\":\"tiny\",\"event_type\":\"fork\","
                + "\"event_id\":null,\"error\":\"UnsupportedEventError\",\"message\":\"not on\","
                + "\"received_at\":\"2026-03-01T12:00:00Z\"}],\"next_cursor\":null}")
            .formatted(id),
        get("/api/refused?error=UnsupportedEventError").body());
    assertEquals(
        Optional.of("UnsupportedEventError"),
        records.askedForRefused.flatMap(filter -> filter.error()));
  }

  @Test
  void refusedIsReplayedOnceItIsUnderstood() throws Exception {
    var id = refused("push d9 octo/widgets", TINY);
    var answer = post("/api/refused/" + id + "/replay", "");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "{\"replayed\":1,\"pipeline_id\":\"%s\"}".formatted(store.first("d9")), answer.body());
    assertTrue(store.refused.isEmpty());
  }

  @Test
  void refusedThatIsStillRefusedIsAnsweredSo() throws Exception {
    var id = refused("push d9", TINY);
    assertError(422, "RepositoryContextError", post("/api/refused/" + id + "/replay", ""));
    assertEquals(1, store.refused.size());
  }

  @Test
  void refusedThatReadsAsAHandshakeTodayIsRefusedStill() throws Exception {
    var id = refused("ping", TINY);
    assertError(400, "InvalidPayloadError", post("/api/refused/" + id + "/replay", ""));
    assertEquals(1, store.refused.size());
  }

  @Test
  void refusedOfADisabledServiceStays() throws Exception {
    var id = refused("push d9 octo/widgets", new Service("gone"));
    assertError(404, "UnknownServiceError", post("/api/refused/" + id + "/replay", ""));
    assertEquals(1, store.refused.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/outbox", "/api/pipelines", "/api/refused"})
  void databaseAwayIs503(String path) throws Exception {
    store.away = true;
    var answer = get(path);
    assertError(503, "OverloadedError", answer);
    assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
  }

  @Test
  void anErrorBodyWithoutARequestNamesNone() {
    assertEquals(
        "{\"error\":\"NotFoundError\",\"message\":\"no \\\"x\\\"\",\"request_id\":null}",
        ReportJson.error("NotFoundError", "no \"x\""));
  }

  @Test
  void processWithoutRecordsShowsHealthAndMetricsAlone() throws Exception {
    try (var bare = server(Optional.empty());
        var raw = new RawClient(bare.port())) {
      String outbox = raw.send("GET /api/outbox HTTP/1.1|Host: localhost||").answer();
      assertTrue(outbox.startsWith("HTTP/1.1 404 "), outbox);
      String metrics = raw.send("GET /metrics HTTP/1.1|Host: localhost||").answer();
      assertTrue(metrics.startsWith("HTTP/1.1 200 "), metrics);
    }
  }

  private PipelineId onRecord(String body, PipelineState state) {
    var words = List.of(body.split(" ", -1));
    var event =
        Samples.anEvent()
            .service(TINY)
            .eventType(words.getFirst())
            .eventId(words.get(1))
            .repository("octo/widgets")
            .build();
    var id = new PipelineId(Samples.uuid(Samples.NOON));
    var unused =
        store.accept(
            new NewPipeline(
                Pipeline.received(id, event),
                delivery(body, TINY),
                new DeliveryKey(words.get(1)),
                false),
            Duration.ofSeconds(1));
    store.move(id, state);
    return id;
  }

  private UUID refused(String body, Service service) {
    var id = Samples.uuid(Samples.NOON);
    store.keep(
        new RefusedDelivery(
            id,
            delivery(body, service),
            "UnsupportedEventError",
            "not on",
            Optional.of("fork"),
            Optional.empty()),
        Duration.ofSeconds(1));
    return id;
  }

  private static Delivery delivery(String body, Service service) {
    return new Delivery(
        service,
        Headers.ofSingle(Map.of()),
        RawBody.of(body.getBytes(StandardCharsets.UTF_8)),
        Samples.NOON,
        "");
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)))
        .timeout(Duration.ofSeconds(10));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(to(path).GET());
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send(to(path).POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static void assertError(int status, String error, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(
        answer.body().startsWith("{\"error\":\"%s\",\"message\":".formatted(error)), answer.body());
  }

  private static final class PlainFormat implements EventFormat {
    @Override
    public byte[] encode(StandardizedEvent event) {
      return encodeWithoutPayload(event).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event) {
      throw new AssertionError("nothing is dispatched here");
    }

    @Override
    public String encodeWithoutPayload(StandardizedEvent event) {
      return "{\"the\":\"event\"}";
    }

    @Override
    public StandardizedEvent decode(String withoutPayload, RawBody payload) {
      throw new AssertionError("nothing is read here");
    }
  }
}
