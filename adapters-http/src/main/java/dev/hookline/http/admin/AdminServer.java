package dev.hookline.http.admin;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.http.console.Console;
import dev.hookline.http.intake.ClientAddress;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.operator.AdminToken;
import dev.hookline.http.operator.Gate;
import dev.hookline.http.operator.Guesses;
import dev.hookline.http.operator.InvalidRequestException;
import dev.hookline.http.operator.OperatorLog.Caller;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.HttpServer;
import dev.hookline.http.server.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators ask: health, metrics, descriptions of the HTTP surfaces and, where the process has
 * them, records, replays and the console. Serves from its construction until it is closed.
 */
public final class AdminServer implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger("dev.hookline.admin");
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_CONNECTIONS = 256;
  private static final String READ = "GET, HEAD";

  /** The names that this machine always answers to. */
  public static final List<String> LOOPBACK_HOSTS = List.of("localhost", "127.0.0.1", "::1");

  /**
   * Where to listen and whom to answer.
   *
   * @param port 0 for any free one
   * @param hosts the names, without port, that a request's {@code Host} may have
   * @param token asked for at each request, so that it can change; empty lets everybody in
   * @param shutdownGrace how long closing waits for what is in flight
   * @param trustedProxies networks whose forwarding headers are believed
   */
  public record Settings(
      String host,
      int port,
      List<String> hosts,
      Supplier<Optional<String>> token,
      Duration shutdownGrace,
      List<String> trustedProxies) {
    public Settings {
      trustedProxies = List.copyOf(trustedProxies);
      hosts = List.copyOf(hosts);
    }
  }

  private final ClientAddress clients;
  private final Gate gate;
  private final ReadinessCheck readiness;
  private final PrometheusMetrics metrics;
  private final Optional<AdminApi> api;
  private final Optional<Console> console;
  private final HttpServer server;

  /**
   * Binds the port and serves.
   *
   * @param api empty for a process that shows no records
   * @param console the same in a browser; closed before this server is
   * @param requestIds makes the ids that answers and log lines carry: header-safe ASCII
   * @throws java.io.UncheckedIOException if the address is unknown or cannot be bound
   * @throws IllegalArgumentException if a trusted proxy is no network
   */
  public AdminServer(
      Settings settings,
      ReadinessCheck readiness,
      PrometheusMetrics metrics,
      Optional<AdminApi> api,
      Optional<Console> console,
      Supplier<String> requestIds) {
    this.clients = ClientAddress.behind(settings.trustedProxies());
    this.gate =
        new Gate(
            settings.hosts(),
            new Guesses(
                new AdminToken(settings.token()), Guesses.Pace.BY_PROGRAM, System::nanoTime),
            clients);
    this.readiness = readiness;
    this.metrics = metrics;
    this.api = api;
    this.console = console;
    this.server =
        new HttpServer(
                new HttpServer.Limits(
                    settings.host(),
                    settings.port(),
                    AdminApi.MAX_BODY,
                    MAX_CONNECTIONS,
                    REQUEST_TIMEOUT,
                    settings.shutdownGrace()),
                HttpServer.Peers.ALL,
                this::answer,
                (requestId, defect) ->
                    LOG.atError()
                        .setCause(defect)
                        .addKeyValue("request_id", requestId)
                        .log("admin request failed"),
                requestIds)
            .start();
  }

  /** The port that is served, also where any free one was asked for. */
  public int port() {
    return server.port();
  }

  /** Stops accepting and finishes what is in flight, at most for the grace. */
  @Override
  public void close() {
    console.ifPresent(Console::close);
    server.close();
  }

  private Answer answer(Request request) {
    return switch (request.rawPath()) {
      case "/health/live" -> onlyRead(request).orElseGet(() -> status(200, "live", Map.of()));
      case "/health/ready" -> onlyRead(request).orElseGet(this::ready);
      default -> guarded(request);
    };
  }

  private Answer guarded(Request request) {
    if (console.isPresent() && Console.has(request.rawPath())) {
      // Asks for the token by itself: people sign in.
      return gate.refuseForeign(request).orElseGet(() -> console.get().answer(request));
    }
    return gate.refuse(request).orElseGet(() -> admitted(request));
  }

  private Answer admitted(Request request) {
    String path = request.rawPath();
    if (path.equals("/metrics")) {
      return onlyRead(request)
          .orElseGet(
              () -> {
                String type = metrics.contentTypeFor(request.headers().all("Accept"));
                return Answer.of(200, type, metrics.scrape(type));
              });
    }
    Optional<Description> description = Description.at(path);
    if (description.isPresent()) {
      return onlyRead(request).orElseGet(description.get()::answer);
    }
    Optional<String> methods = api.flatMap(_ -> AdminApi.methodsOf(path));
    if (methods.isEmpty()) {
      return Errors.answer(404, "NotFoundError", "there is nothing at this path", request.id());
    }
    return only(methods.get(), request).orElseGet(() -> fromApi(api.orElseThrow(), request));
  }

  private Answer fromApi(AdminApi api, Request request) {
    try {
      return api.answer(request, Caller.of(request, clients));
    } catch (InvalidRequestException e) {
      return Errors.answer(
          400, "InvalidRequestError", String.valueOf(e.getMessage()), request.id());
    } catch (StoreUnavailableException _) {
      return Errors.overloaded("the database is away", SOON, request.id());
    }
  }

  private Answer ready() {
    try {
      Map<String, Boolean> checks = readiness.check();
      boolean ready = !checks.containsValue(false);
      return status(ready ? 200 : 503, ready ? "ready" : "not ready", checks);
    } catch (StoreUnavailableException _) {
      return status(503, "not ready", Map.of("database", false));
    }
  }

  private static Answer status(int code, String status, Map<String, Boolean> checks) {
    return Answer.json(
        code,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", status);
          if (!checks.isEmpty()) {
            json.writeObjectFieldStart("checks");
            for (var check : checks.entrySet()) {
              json.writeBooleanField(check.getKey(), check.getValue());
            }
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  private static Optional<Answer> onlyRead(Request request) {
    return only(READ, request);
  }

  private static Optional<Answer> only(String methods, Request request) {
    return List.of(methods.split(", ", -1)).contains(request.method())
        ? Optional.empty()
        : Optional.of(
            Errors.answer(
                    405,
                    "MethodNotAllowedError",
                    "this path knows %s".formatted(methods),
                    request.id())
                .with("Allow", methods));
  }
}
