package dev.hookline.http.intake;

import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.HttpServer;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Where providers deliver: {@code POST /webhooks/{service}}, and nothing else. Serves from its
 * start until it is closed.
 */
public final class IntakeServer implements AutoCloseable {
  private static final int ADDRESSES_TO_FILL_ALL = 4;

  /**
   * Where to listen and how much to bear.
   *
   * @param port 0 for any free one
   * @param maxBodyBytes the longest body taken, at least 1
   * @param maxConnections open connections; more wait unanswered
   * @param maxConnectionsPerAddress those of one peer, unless it is a trusted proxy; more are
   *     closed at once. If empty, one address has a quarter of all, and this machine's own have any
   *     number: a proxy that nobody told of is one of them, and a stranger never
   * @param requestTimeout from a request's first byte to its last; half of it for the headers
   * @param maxInflightBytes bodies in memory, over all requests; of those that are being read one
   *     sender has at most half, unless its connections are not bounded either
   * @param shutdownGrace how long closing waits for what is in flight
   * @param trustedProxies networks ({@code 10.0.0.0/8}) whose {@code X-Forwarded-For} or {@code
   *     Forwarded} is believed
   */
  public record Settings(
      String host,
      int port,
      int maxBodyBytes,
      int maxConnections,
      Optional<Integer> maxConnectionsPerAddress,
      Duration requestTimeout,
      long maxInflightBytes,
      Duration shutdownGrace,
      List<String> trustedProxies) {

    /**
     * Checks that every trusted proxy is a network.
     *
     * @throws IllegalArgumentException naming the one that is not
     */
    public Settings {
      trustedProxies = List.copyOf(trustedProxies);
      trustedProxies.forEach(Network::parse);
    }
  }

  private final HttpServer server;

  /**
   * Puts the server together.
   *
   * @param services those that are enabled; any other is unknown here
   * @param unproven where deliveries are kept for a while whose signature did not hold
   * @param requestIds makes the ids that answers and log lines carry: header-safe ASCII
   * @throws java.io.UncheckedIOException if the address is unknown or cannot be bound
   */
  public IntakeServer(
      Settings settings,
      Collection<EnabledService> services,
      AdmitSender admit,
      ReceiveWebhook receive,
      WebhookMetrics metrics,
      WebhookTracing tracing,
      WebhookLogger logger,
      UnprovenDeliveries unproven,
      Supplier<String> requestIds,
      Clock clock) {
    var clients = ClientAddress.behind(settings.trustedProxies());
    Predicate<InetAddress> isMany = isMany(settings, clients);
    var intake =
        new Intake(
            services,
            clients,
            isMany,
            settings.maxBodyBytes(),
            new ByteBudget(settings.maxInflightBytes()),
            admit,
            receive,
            new Outcomes(metrics, logger),
            unproven,
            tracing,
            clock);
    this.server =
        new HttpServer(
            new HttpServer.Limits(
                settings.host(),
                settings.port(),
                settings.maxBodyBytes(),
                settings.maxConnections(),
                settings.requestTimeout(),
                settings.shutdownGrace()),
            new AddressCap(connectionsPerAddress(settings), isMany, metrics),
            intake::answer,
            defects(metrics, logger),
            requestIds);
  }

  private static HttpServer.Defects defects(WebhookMetrics metrics, WebhookLogger logger) {
    return new HttpServer.Defects() {
      @Override
      public void thrown(String requestId, Throwable defect) {
        logger.defect(defect, requestId);
      }

      @Override
      public void unreadable() {
        metrics.requestUnreadable();
      }
    };
  }

  /** Who stands for many senders, and therefore has no part of its own of what is bounded. */
  private static Predicate<InetAddress> isMany(Settings settings, ClientAddress clients) {
    return settings.maxConnectionsPerAddress().isPresent()
        ? clients::isTrusted
        : peer -> peer.isLoopbackAddress() || clients.isTrusted(peer);
  }

  private static int connectionsPerAddress(Settings settings) {
    return settings
        .maxConnectionsPerAddress()
        .orElseGet(() -> Math.max(1, settings.maxConnections() / ADDRESSES_TO_FILL_ALL));
  }

  /**
   * Binds the port and serves.
   *
   * @return this server
   * @throws java.io.UncheckedIOException if the address cannot be bound any more
   */
  public IntakeServer start() {
    server.start();
    return this;
  }

  /** The port that is served, also where any free one was asked for; once it is. */
  public int port() {
    return server.port();
  }

  /** Whether a connection can be opened now, found out by opening one. */
  public boolean accepts() {
    return server.accepts();
  }

  /**
   * Whether nobody listens any more: for a watchdog, because a process whose listener has died
   * looks alive otherwise.
   */
  public boolean isDeaf() {
    return server.isDeaf();
  }

  /** Stops accepting and finishes what is in flight, at most for the grace. */
  @Override
  public void close() {
    server.close();
  }
}
