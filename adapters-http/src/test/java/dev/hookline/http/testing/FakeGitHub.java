package dev.hookline.http.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The part of GitHub's REST API that shows the deliveries of hooks, on a port of its own and below
 * {@code /api/v3}, as GitHub Docs describe it ("REST API endpoints for repository webhooks"): pages
 * with links, a token that is asked for, redeliveries that become attempts.
 */
public final class FakeGitHub implements AutoCloseable {
  private static final Pattern LISTING = Pattern.compile("/api/v3(/.+)/deliveries");
  private static final Pattern ATTEMPT =
      Pattern.compile("/api/v3(/.+)/deliveries/([0-9]+)/attempts");

  private final HttpServer server;
  private final Map<String, List<Sent>> hooks = new ConcurrentHashMap<>();
  private final Deque<HttpHandler> moods = new ArrayDeque<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final AtomicLong ids = new AtomicLong(12_345_678_901L);
  private volatile Predicate<String> knownToken = _ -> true;
  private volatile ToIntFunction<Sent> delivery = _ -> 202;

  /** One attempt, as the log shows it. */
  public record Sent(
      long id, String guid, String event, Instant at, boolean redelivery, int statusCode) {}

  public FakeGitHub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** The base URL, as that of an Enterprise Server. */
  public URI url() {
    return URI.create(
        "http://%s:%d/api/v3"
            .formatted(server.getAddress().getHostString(), server.getAddress().getPort()));
  }

  /**
   * @param path such as {@code /repos/octo/widgets/hooks/1}
   */
  public void hook(String path) {
    hooks.put(path, new CopyOnWriteArrayList<>());
  }

  /** A first attempt, newer than those before. */
  public Sent sent(String path, String guid, String event, Instant at, int statusCode) {
    return add(path, guid, event, at, false, statusCode);
  }

  /** A later attempt, newer than those before. */
  public Sent sentAgain(String path, String guid, String event, Instant at, int statusCode) {
    return add(path, guid, event, at, true, statusCode);
  }

  private Sent add(
      String path, String guid, String event, Instant at, boolean redelivery, int statusCode) {
    var sent = new Sent(ids.incrementAndGet(), guid, event, at, redelivery, statusCode);
    log(path).addFirst(sent);
    return sent;
  }

  /** What was sent to the hook, the newest first. */
  public List<Sent> log(String path) {
    List<Sent> log = hooks.get(path);
    if (log == null) {
      throw new IllegalArgumentException("no hook " + path);
    }
    return log;
  }

  public void knows(Predicate<String> token) {
    knownToken = token;
  }

  /** Delivers what is to be redelivered, and says which status that was answered with. */
  public void delivers(ToIntFunction<Sent> how) {
    delivery = how;
  }

  /** Answers the next request in this way instead; several are taken one after the other. */
  public void next(HttpHandler mood) {
    synchronized (moods) {
      moods.add(mood);
    }
  }

  /** An answer with GitHub's error body and these headers, names and values in turn. */
  public static HttpHandler error(int status, String message, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      send(exchange, status, "{\"message\":\"%s\"}".formatted(message));
    };
  }

  /** Every request so far: its method, path and query. */
  public List<String> requests() {
    return requests;
  }

  /** What the requests so far have borne. */
  public List<String> tokens() {
    return tokens;
  }

  private void answer(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    requests.add(exchange.getRequestMethod() + " " + uri.toString().replaceFirst("^/api/v3", ""));
    String bearer =
        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
            .replaceFirst("^Bearer ", "");
    tokens.add(bearer);
    HttpHandler mood;
    synchronized (moods) {
      mood = moods.poll();
    }
    if (mood != null) {
      mood.handle(exchange);
      exchange.close();
    } else if (!asksAsDocumented(exchange)) {
      send(exchange, 400, "{\"message\":\"headers are missing\"}");
    } else if (!knownToken.test(bearer)) {
      send(exchange, 401, "{\"message\":\"Bad credentials\"}");
    } else {
      answer(exchange, uri);
    }
  }

  private static boolean asksAsDocumented(HttpExchange exchange) {
    var headers = exchange.getRequestHeaders();
    return "application/vnd.github+json".equals(headers.getFirst("Accept"))
        && "2022-11-28".equals(headers.getFirst("X-GitHub-Api-Version"))
        && headers.containsKey("User-Agent");
  }

  private void answer(HttpExchange exchange, URI uri) throws IOException {
    var listing = LISTING.matcher(uri.getPath());
    var attempt = ATTEMPT.matcher(uri.getPath());
    if (exchange.getRequestMethod().equals("GET")
        && listing.matches()
        && hooks.containsKey(listing.group(1))) {
      list(exchange, listing.group(1), uri.getQuery());
    } else if (exchange.getRequestMethod().equals("POST")
        && attempt.matches()
        && hooks.containsKey(attempt.group(1))) {
      redeliver(exchange, attempt.group(1), Long.parseLong(attempt.group(2)));
    } else {
      send(exchange, 404, "{\"message\":\"Not Found\"}");
    }
  }

  private void list(HttpExchange exchange, String path, String query) throws IOException {
    Map<String, String> asked =
        Pattern.compile("&")
            .splitAsStream(query)
            .map(pair -> pair.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    int size = Integer.parseInt(asked.get("per_page"));
    List<Sent> log = new ArrayList<>(log(path));
    String cursor = asked.get("cursor");
    int from = 0;
    while (cursor != null && !cursor.equals("v1_" + log.get(from).id())) {
      from++;
    }
    List<Sent> rest = log.subList(from, log.size());
    if (rest.size() > size) {
      exchange
          .getResponseHeaders()
          .set(
              "Link",
              "<%1$s%2$s/deliveries?per_page=%3$d&cursor=v0_first>; rel=\"first\","
                      .formatted(url(), path, size)
                  + " <%1$s%2$s/deliveries?per_page=%3$d&cursor=v1_%4$d>; rel=\"next\""
                      .formatted(url(), path, size, rest.get(size).id()));
    }
    send(
        exchange,
        200,
        rest.stream().limit(size).map(FakeGitHub::json).collect(Collectors.joining(",", "[", "]")));
  }

  private static String json(Sent sent) {
    return """
    {"id":%d,"guid":"%s","delivered_at":"%s","redelivery":%b,"duration":0.27,\
    "status":"%s","status_code":%d,"event":"%s","action":null,"installation_id":null,\
    "repository_id":1,"throttled_at":null}\
    """
        .formatted(
            sent.id(),
            sent.guid(),
            sent.at(),
            sent.redelivery(),
            sent.statusCode() == 202 ? "OK" : "failed",
            sent.statusCode(),
            sent.event());
  }

  private void redeliver(HttpExchange exchange, String path, long id) throws IOException {
    var found = log(path).stream().filter(sent -> sent.id() == id).findFirst();
    if (found.isEmpty()) {
      send(exchange, 404, "{\"message\":\"Not Found\"}");
      return;
    }
    Sent sent = found.get();
    int status = delivery.applyAsInt(sent);
    sentAgain(path, sent.guid(), sent.event(), sent.at().plusSeconds(1), status);
    send(exchange, 202, "{}");
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
