package dev.hookline.http.intake;

import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.RateLimiter;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.FakeSecretUses;
import dev.hookline.http.testing.FakeStore;
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
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A running intake with two services of one tiny dialect: {@code tiny} refuses with a status,
 * {@code kind} acknowledges.
 */
final class Bench implements AutoCloseable {
  static final int MAX_BODY = 200_000;

  final FakeStore store = new FakeStore();
  final RecordedTracing tracing = new RecordedTracing();
  final BlockingQueue<String> counted = new LinkedBlockingQueue<>();

  /** Which requests were counted with a span to their times. */
  final List<Status> exemplars = new CopyOnWriteArrayList<>();

  final BlockingQueue<String> limitedAddresses = new LinkedBlockingQueue<>();
  final UnprovenDeliveries unproven =
      new UnprovenDeliveries(
          List.of(new TinyDialect("tiny"), new TinyDialect("kind")),
          Clock.fixed(Samples.NOON, ZoneOffset.UTC));
  final IntakeServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile Optional<Duration> wait = Optional.empty();

  Bench() {
    this(Duration.ofSeconds(10), 1_000_000, List.of());
  }

  Bench(Duration timeout, long maxInflight, List<String> proxies) {
    this(timeout, maxInflight, proxies, MAX_BODY, 100, Optional.empty());
  }

  /** With a cap on the connections of one address. */
  static Bench crowded(
      Duration timeout,
      List<String> proxies,
      int connections,
      Optional<Integer> connectionsPerAddress) {
    return new Bench(timeout, 1_000_000, proxies, MAX_BODY, connections, connectionsPerAddress);
  }

  /** With little memory for bodies, of which also this machine's own have their part alone. */
  static Bench tight(long maxInflight) {
    return tight(maxInflight, List.of());
  }

  static Bench tight(long maxInflight, List<String> proxies) {
    return new Bench(Duration.ofMinutes(1), maxInflight, proxies, MAX_BODY, 100, Optional.of(50));
  }

  /** Behind a proxy, with bodies as long as they may be by default. */
  static Bench behindProxy(int maxBody) {
    return new Bench(
        Duration.ofSeconds(10), 4L * maxBody, List.of("127.0.0.1"), maxBody, 100, Optional.of(1));
  }

  private Bench(
      Duration timeout,
      long maxInflight,
      List<String> proxies,
      int maxBody,
      int connections,
      Optional<Integer> connectionsPerAddress) {
    var tiny = new TinyDialect("tiny");
    var kind = new TinyDialect("kind");
    var supported = SupportedEvents.of(List.of("push"));
    var mappings = new RepositoryMappings(List.of());
    var standardizer =
        new Standardizer(
            new ServiceHandlerFactory(
                List.of(tiny.handler(supported, mappings), kind.handler(supported, mappings))));
    // Finer than what can be stored.
    var clock = Clock.fixed(Samples.NOON.plusNanos(999), ZoneOffset.UTC);
    var metrics = new Counted();
    RateLimiter limiter =
        (_, address) -> {
          limitedAddresses.add(address);
          return wait;
        };
    server =
        new IntakeServer(
                new IntakeServer.Settings(
                    "127.0.0.1",
                    0,
                    maxBody,
                    connections,
                    connectionsPerAddress,
                    timeout,
                    maxInflight,
                    Duration.ofSeconds(5),
                    proxies),
                List.of(enabled(tiny, RefuseWith.STATUS), enabled(kind, RefuseWith.ACKNOWLEDGE)),
                new AdmitSender(limiter),
                new ReceiveWebhook(
                    standardizer,
                    store,
                    store,
                    new ReplayPipeline(store, standardizer, clock),
                    new BucketQuota(Map.of()),
                    metrics,
                    new SecretEvidence(new FakeSecretUses()),
                    () -> Samples.uuid(Samples.NOON)),
                metrics,
                tracing,
                new WebhookLogger(),
                unproven,
                () -> UUID.randomUUID().toString(),
                clock)
            .start();
  }

  private static EnabledService enabled(TinyDialect dialect, RefuseWith refuseWith) {
    var profile = dialect.profile();
    return new EnabledService(
        dialect,
        new ServiceProfile(
            profile.service(),
            dialect.verifier(() -> List.of("s"), Optional.empty()),
            profile.commitBudget(),
            true,
            name -> name.equalsIgnoreCase("content-type")),
        refuseWith);
  }

  void limitEverybody(Duration forNow) {
    wait = Optional.of(forNow);
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)))
        .timeout(Duration.ofSeconds(10));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** An authentic delivery. */
  HttpResponse<String> deliver(String service, String body)
      throws IOException, InterruptedException {
    return send(signed(service, body));
  }

  HttpRequest.Builder signed(String service, String body) {
    return to("/webhooks/" + service)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Sign", "good")
        .POST(BodyPublishers.ofString(body));
  }

  RawClient raw() throws IOException {
    return new RawClient(server.port());
  }

  /** How the next request was counted. */
  String nextCounted() throws InterruptedException {
    return String.valueOf(counted.poll(10, TimeUnit.SECONDS));
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }

  private final class Counted implements WebhookMetrics {
    @Override
    public void received(
        Service service, Status status, Duration processingTime, Optional<TraceContext> trace) {
      counted.add(service + " " + status);
      trace.ifPresent(_ -> exemplars.add(status));
    }

    @Override
    public void secretMatched(Service service, int position) {}

    @Override
    public void signed(Service service, Duration ago) {}

    @Override
    public void connectionRefused() {
      counted.add("connection refused");
    }

    @Override
    public void requestUnreadable() {
      counted.add("request unreadable");
    }
  }
}
