package dev.hookline.http.github.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.reconcile.DeliveryLogException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to GitHub's REST API as it asks to be talked to (GitHub Docs, "Best practices for using the
 * REST API", "Rate limits for the REST API"): one request after another, a second between those
 * that change something, and after a rate limit not before it is over. A limit that is over within
 * {@link #LONGEST_WAIT} is waited for; connections that fail and answers of 5xx are tried again a
 * few times. Redirects are not followed, so that a token never goes elsewhere. For one thread at a
 * time.
 */
public final class GitHubRest implements AutoCloseable {
  /** The longest that one rate limit is waited for. */
  public static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** For one request, from connecting to the last byte of its answer. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Of a page of 100 deliveries about a fiftieth is needed. */
  private static final int MAX_ANSWER_BYTES = 4 << 20;

  private static final int TRIES = 4;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration BETWEEN_CHANGES = Duration.ofSeconds(1);
  private static final int LIMITS_BORNE = 5;
  private static final int LONGEST_MESSAGE = 200;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Logger LOG = LoggerFactory.getLogger(GitHubRest.class);

  private final String base;
  private final Clock clock;
  private final RandomGenerator random;
  private final Pause pause;
  private final HttpClient client;
  private boolean changed;

  /** Lets time pass on the calling thread. */
  @FunctionalInterface
  public interface Pause {
    void last(Duration time) throws InterruptedException;
  }

  /**
   * @param base {@code https://api.github.com}, or that of an Enterprise Server, {@code
   *     https://HOST/api/v3}
   * @param random spreads repetitions
   * @param pause such as {@link Thread#sleep(Duration)}
   */
  public GitHubRest(URI base, Clock clock, RandomGenerator random, Pause pause) {
    this.base = base.toString().replaceFirst("/+$", "");
    this.clock = clock;
    this.random = random;
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  /** An answer that is neither a rate limit nor 5xx. */
  record Answer(int status, HttpHeaders headers, String body) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    /** The status, and what GitHub says about it. */
    String told() {
      return message().map(text -> status + ": " + text).orElse(Integer.toString(status));
    }

    /** The field {@code message} that GitHub's errors have, fit for a line. */
    Optional<String> message() {
      return tree()
          .map(tree -> tree.path("message").asText().replaceAll("\\p{Cntrl}", " ").strip())
          .filter(text -> !text.isEmpty())
          .map(text -> text.substring(0, Math.min(LONGEST_MESSAGE, text.length())));
    }

    /** The body, if it is JSON. */
    Optional<JsonNode> tree() {
      try {
        return Optional.ofNullable(JSON.readTree(body));
      } catch (JsonProcessingException _) {
        return Optional.empty();
      }
    }
  }

  /**
   * @param path with its query, below the base URL
   * @throws DeliveryLogException if GitHub cannot be reached or its rate limit is used up for long
   */
  Answer get(String path, Supplier<String> token) {
    return exchange("GET", path, token);
  }

  /**
   * @throws DeliveryLogException if GitHub cannot be reached or its rate limit is used up for long
   */
  Answer post(String path, Supplier<String> token) {
    if (changed) {
      pause(BETWEEN_CHANGES);
    }
    changed = true;
    return exchange("POST", path, token);
  }

  private Answer exchange(String method, String path, Supplier<String> token) {
    int tries = 0;
    int limits = 0;
    while (true) {
      String failure;
      try {
        Answer answer = send(method, path, token);
        Optional<Duration> limit = limit(answer, clock.instant());
        if (limit.isPresent()) {
          limits++;
          waitFor(limit.get(), limits);
          continue;
        }
        if (answer.status() < 500) {
          return answer;
        }
        failure = "it answers " + answer.told();
      } catch (IOException e) {
        failure = "%s: %s".formatted(e.getClass().getSimpleName(), e.getMessage());
      }
      tries++;
      if (tries == TRIES) {
        throw DeliveryLogException.lasting("%s does not work now (%s)".formatted(base, failure));
      }
      pause(Duration.ofNanos(random.nextLong(FIRST_PAUSE.toNanos() << tries) + 1));
    }
  }

  private Answer send(String method, String path, Supplier<String> token) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(TIMEOUT)
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .header("User-Agent", "Hookline")
            .header("Authorization", "Bearer " + usable(token))
            .method(method, BodyPublishers.noBody())
            .build();
    HttpResponse<String> response =
        inTime(
            client.sendAsync(
                request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES)));
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /** The client's own complaint about a header would show the token. */
  private static String usable(Supplier<String> token) {
    String value;
    try {
      value = token.get().strip();
    } catch (IllegalArgumentException e) {
      throw DeliveryLogException.lasting("the private key is " + e.getMessage());
    }
    if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw DeliveryLogException.lasting("the token is empty or has characters that none has");
    }
    return value;
  }

  /** The client's timeout ends with the answer's headers; this one with its body. */
  private static HttpResponse<String> inTime(CompletableFuture<HttpResponse<String>> sent)
      throws IOException {
    try {
      return sent.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new IOException("no whole answer within " + TIMEOUT, e);
    } catch (InterruptedException _) {
      sent.cancel(true);
      throw interrupted();
    }
  }

  /** How long the caller is to wait, if this is a rate limit; 403 may be one. */
  private static Optional<Duration> limit(Answer answer, Instant now) {
    if (answer.status() != 429 && answer.status() != 403) {
      return Optional.empty();
    }
    Optional<Duration> asked = number(answer, "Retry-After").map(Duration::ofSeconds);
    if (asked.isPresent()) {
      return asked;
    }
    if (number(answer, "X-RateLimit-Remaining").filter(left -> left == 0).isPresent()) {
      return number(answer, "X-RateLimit-Reset")
          .map(Instant::ofEpochSecond)
          // The second that is named must be over, by a clock that may be ahead of ours.
          .map(reset -> Duration.between(now, reset.plusSeconds(1)))
          .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
    }
    boolean limited =
        answer.status() == 429
            || answer.message().filter(text -> text.contains("rate limit")).isPresent();
    return limited ? Optional.of(LONGEST_WAIT) : Optional.empty();
  }

  private static Optional<Long> number(Answer answer, String header) {
    return answer
        .headers()
        .firstValue(header)
        .filter(value -> value.matches("[0-9]{1,10}"))
        .map(Long::valueOf);
  }

  private void waitFor(Duration limit, int times) {
    if (limit.compareTo(LONGEST_WAIT) > 0 || times > LIMITS_BORNE) {
      throw DeliveryLogException.lasting(
          "GitHub's rate limit is used up: come back at "
              + clock.instant().plus(limit).truncatedTo(ChronoUnit.SECONDS));
    }
    LOG.info("Waiting {} for GitHub's rate limit", limit);
    pause(limit);
  }

  private void pause(Duration time) {
    try {
      pause.last(time);
    } catch (InterruptedException _) {
      throw interrupted();
    }
  }

  private static DeliveryLogException interrupted() {
    Thread.currentThread().interrupt();
    return DeliveryLogException.lasting("interrupted");
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
