package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.PreviewReplay;
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
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.doctor.SignatureDoctor;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.operator.OperatorLog;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.http.testing.LogLines;
import dev.hookline.http.testing.TinyDialect;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A console on an admin port, before a store in memory. */
final class Bench implements AutoCloseable {
  static final String SECRET = "a secret of the bench";
  static final Service TINY = new Service("tiny");
  private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

  final LogLines lines = new LogLines();
  final FakeStore store = new FakeStore();
  final FakeRecords records = new FakeRecords(store);
  final AtomicLong nanos = new AtomicLong();
  final UnprovenDeliveries unproven =
      new UnprovenDeliveries(Dialects.all(), Clock.fixed(Samples.NOON, ZoneOffset.UTC));
  volatile Optional<String> token = Optional.empty();
  private final HttpClient client;
  private final AdminServer server;

  Bench() {
    this(List.of());
  }

  Bench(List<String> trustedProxies) {
    this(trustedProxies, HttpClient.newHttpClient());
  }

  /** Asked by the same browser, so to say, as others. */
  Bench(List<String> trustedProxies, HttpClient client) {
    this.client = client;
    server =
        new AdminServer(
            new AdminServer.Settings(
                "127.0.0.1",
                0,
                AdminServer.LOOPBACK_HOSTS,
                () -> token,
                Duration.ofSeconds(5),
                trustedProxies),
            Map::of,
            new PrometheusMetrics(records, store),
            Optional.empty(),
            Optional.of(console(trustedProxies)),
            () -> UUID.randomUUID().toString());
  }

  private Console console(List<String> trustedProxies) {
    var handler =
        new TinyDialect("tiny")
            .handler(SupportedEvents.of(List.of("push")), new RepositoryMappings(List.of()));
    var standardizer = new Standardizer(new ServiceHandlerFactory(List.of(handler)));
    var clock = Clock.fixed(Samples.NOON, ZoneOffset.UTC);
    var replay = new ReplayPipeline(store, standardizer, clock);
    return new Console(
        new Console.Settings(() -> token, trustedProxies, List.of("tiny"), List.of("ci")),
        new Console.Ports(
            records,
            store,
            store,
            replay,
            new ReplayPipelines(records, replay),
            new PreviewReplay(records, store, standardizer),
            new ReplayRefused(
                store,
                store,
                replay,
                standardizer,
                _ -> true,
                () -> Samples.uuid(Samples.NOON),
                Duration.ofSeconds(1)),
            unproven,
            new SignatureDoctor(
                Dialects.all().stream()
                    .map(
                        dialect ->
                            new SignatureDoctor.Signing(
                                dialect, () -> List.of(SECRET), dialect.profile().tolerance()))
                    .toList())),
        clock,
        new SecureRandom(),
        nanos::get,
        new OperatorLog(OperatorLog.Via.CONSOLE, lines));
  }

  int port() {
    return server.port();
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** A pipeline whose body is what {@link TinyDialect} reads: type, id and repository. */
  PipelineId pipeline(String body, PipelineState state) {
    var words = List.of(body.split(" ", -1));
    return pipeline(
        Samples.anEvent()
            .service(TINY)
            .eventType(words.getFirst())
            .eventId(words.get(1))
            .rawPayload(RawBody.of(body.getBytes(UTF_8)))
            .build(),
        body,
        state);
  }

  PipelineId pipeline(StandardizedEvent event, String body, PipelineState state) {
    var id = new PipelineId(Samples.uuid(Samples.NOON));
    var unused =
        store.accept(
            new NewPipeline(
                Pipeline.received(id, event),
                delivery(body),
                new DeliveryKey(id.toString()),
                false),
            Duration.ofSeconds(1));
    store.move(id, state);
    return id;
  }

  UUID refused(String body, String message) {
    var id = Samples.uuid(Samples.NOON);
    store.keep(
        new RefusedDelivery(
            id,
            delivery(body),
            "UnsupportedEventError",
            message,
            Optional.of("fork"),
            Optional.empty()),
        Duration.ofSeconds(1));
    return id;
  }

  private static Delivery delivery(String body) {
    return new Delivery(
        TINY,
        Headers.ofSingle(Map.of("X-Note", "<b>kept</b>")),
        RawBody.of(body.getBytes(UTF_8)),
        Samples.NOON,
        "192.0.2.7");
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)))
        .timeout(Duration.ofSeconds(10));
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(with(to(path), headers).GET());
  }

  HttpResponse<String> post(String path, Map<String, String> fields, String... headers)
      throws IOException, InterruptedException {
    String body =
        fields.entrySet().stream()
            .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        with(to(path), headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** What a form of this page brings along. */
  String csrf(String path, String... headers) throws IOException, InterruptedException {
    var found = CSRF.matcher(get(path, headers).body());
    if (!found.find()) {
      throw new AssertionError("no form at " + path);
    }
    return found.group(1);
  }

  /** Signs in, and gives the {@code Cookie} of the session. */
  String signIn(String given) throws IOException, InterruptedException {
    String cookie =
        post("/console/login", Map.of("token", given))
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    return cookie.substring(0, cookie.indexOf(';'));
  }

  PipelineFilter askedFor() {
    return records.askedFor.orElseThrow();
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
