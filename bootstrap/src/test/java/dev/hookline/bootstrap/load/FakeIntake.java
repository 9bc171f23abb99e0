package dev.hookline.bootstrap.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.dialects.Dialects;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * GitHub's intake and the admin endpoint, in memory, with the faults that a test asks for. It
 * counts what each of them has spoilt.
 */
public final class FakeIntake implements AutoCloseable {
  /** What its deliveries are signed with. */
  public static final String SECRET = "the fake intake's secret";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PAGE = 7;
  private static final int EVERY = 10;

  /** What it does wrong, to every tenth delivery that it could do it to. */
  public enum Fault {
    /** It acknowledges, and keeps nothing. */
    LOSES,
    /** It keeps two pipelines. */
    DOUBLES,
    /** It takes what comes again for something new. */
    STARTS_AGAIN,
    /** It dispatches long after all others. */
    MISORDERS,
    /** It believes any signature. */
    BELIEVES_ALL,
    /** It never dispatches. */
    STANDS_STILL,
    /** It answers 503. */
    REFUSES,
    /** It acknowledges as unusable, and keeps no pipeline. */
    ACKNOWLEDGES_REFUSED
  }

  private record Entry(
      UUID pipeline, String event, String repository, String state, Instant updatedAt) {}

  private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  private final Map<Fault, Integer> candidates = new EnumMap<>(Fault.class);
  private final Map<String, UUID> known = new HashMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private Optional<String> token = Optional.empty();
  private Instant now = Instant.parse("2026-11-24T12:00:00.000001Z");
  private long spoilt;
  private long pages;

  /** Listens on a free port. */
  public FakeIntake(Fault... faults) throws IOException {
    this.faults.addAll(List.of(faults));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/webhooks/github", this::take);
    server.createContext("/api/pipelines", exchange -> admin(exchange, this::pipelines));
    server.createContext("/api/outbox", exchange -> admin(exchange, _ -> outbox()));
    server.start();
  }

  /** Where it is, intake and admin endpoint alike. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on the admin endpoint wants to see this. */
  public void want(String wanted) {
    token = Optional.of(wanted);
  }

  /** How many deliveries a fault was done to. */
  public synchronized long spoilt() {
    return spoilt;
  }

  /** How many pages of pipelines were asked for. */
  public synchronized long pages() {
    return pages;
  }

  private boolean spoils(Fault fault) {
    boolean spoils =
        faults.contains(fault) && candidates.merge(fault, 1, Integer::sum) % EVERY == 0;
    spoilt += spoils ? 1 : 0;
    return spoils;
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    var headers = new LinkedHashMap<String, String>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    var delivery =
        new Delivery(
            new Service("github"),
            Headers.ofSingle(headers),
            RawBody.of(body),
            Instant.now(),
            "127.0.0.1");
    boolean forged =
        Dialects.all().getFirst().verifier(() -> List.of(SECRET), Optional.empty()).verify(delivery)
            instanceof Verification.Forged;
    String repository = JSON.readTree(body).at("/repository/full_name").asText();
    accept(exchange, headers.getOrDefault("X-github-delivery", ""), repository, forged);
  }

  private synchronized void accept(
      HttpExchange exchange, String id, String repository, boolean forged) throws IOException {
    if (forged && !spoils(Fault.BELIEVES_ALL)) {
      answer(exchange, 401, "{\"error\":\"InvalidSignatureError\"}");
      return;
    }
    if (spoils(Fault.REFUSES)) {
      answer(exchange, 503, "{\"error\":\"OverloadedError\"}");
      return;
    }
    if (spoils(Fault.ACKNOWLEDGES_REFUSED)) {
      answer(exchange, 202, "{\"status\":\"refused\",\"error\":\"RepositoryContextError\"}");
      return;
    }
    UUID first = known.get(id);
    if (first != null && !spoils(Fault.STARTS_AGAIN)) {
      acknowledge(exchange, first, ",\"duplicate\":true");
      return;
    }
    UUID pipeline = UUID.randomUUID();
    known.put(id, pipeline);
    if (first == null && spoils(Fault.LOSES)) {
      acknowledge(exchange, pipeline, "");
      return;
    }
    now = now.plusNanos(1000);
    Instant dispatched = spoils(Fault.MISORDERS) ? now.plusSeconds(3600) : now;
    String state = spoils(Fault.STANDS_STILL) ? "PROCESSING" : "DISPATCHED";
    if (first == null) {
      entries.add(new Entry(pipeline, id, repository, state, dispatched));
    }
    if (spoils(Fault.DOUBLES)) {
      entries.add(new Entry(UUID.randomUUID(), id, repository, state, dispatched));
    }
    acknowledge(exchange, pipeline, "");
  }

  private static void acknowledge(HttpExchange exchange, UUID pipeline, String more)
      throws IOException {
    exchange.getResponseHeaders().add("X-Pipeline-Id", pipeline.toString());
    answer(
        exchange,
        202,
        "{\"status\":\"accepted\",\"pipeline_id\":\"%s\"%s}".formatted(pipeline, more));
  }

  /** The answer of a path to its query. */
  @FunctionalInterface
  private interface Asked {
    String answer(String query);
  }

  private void admin(HttpExchange exchange, Asked asked) throws IOException {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (token.isPresent() && !("Bearer " + token.get()).equals(given)) {
      answer(exchange, 401, "{\"error\":\"UnauthorizedError\"}");
      return;
    }
    answer(exchange, 200, asked.answer(exchange.getRequestURI().getQuery()));
  }

  private synchronized String pipelines(String query) {
    pages++;
    int from =
        query.contains("cursor=")
            ? Integer.parseInt(query.substring(query.indexOf("cursor=") + 7))
            : 0;
    int to = Math.min(entries.size(), from + PAGE);
    ObjectNode page = JSON.createObjectNode();
    var pipelines = page.putArray("pipelines");
    for (Entry entry : entries.subList(from, to)) {
      pipelines
          .addObject()
          .put("pipeline_id", entry.pipeline().toString())
          .put("event_id", entry.event())
          .put("service", "github")
          .put("repository", entry.repository())
          .put("state", entry.state())
          .putNull("error")
          .put("updated_at", entry.updatedAt().toString());
    }
    page.put("next_cursor", to < entries.size() ? Integer.toString(to) : null);
    return page.toString();
  }

  private synchronized String outbox() {
    long open = entries.stream().filter(entry -> entry.state().equals("PROCESSING")).count();
    return "{\"pending\":%d,\"leased\":0,\"retrying\":0,\"dead\":3,\"oldest_pending_seconds\":0.0}"
        .formatted(open);
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
