package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The target {@code http}: POSTs each event as a CloudEvent 1.0 in structured mode, signed by
 * Standard Webhooks.
 *
 * <p>2xx is success. 4xx other than 408, 425 and 429 is final; everything else is tried again,
 * after {@code Retry-After} where the target says so. The status alone decides, once the headers
 * are there: the body is read, up to {@value #MAX_ANSWER} bytes, only so that the connection serves
 * again. Redirects are not followed. The URL is the operator's alone: nothing of an event enters
 * it. Where the command stands in a trace, the target is told by W3C Trace Context.
 */
public final class HttpTarget implements CommandDispatcher, AutoCloseable {
  /** How much of an answer is read, in bytes; one that is longer costs its connection. */
  public static final int MAX_ANSWER = 64 * 1024;

  /** How long a body is waited for once the headers are there; a new connection costs less. */
  public static final Duration MAX_DRAIN = Duration.ofSeconds(1);

  /** The longest {@code Retry-After} that is heeded. */
  public static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

  private final String name;
  private final URI url;
  private final Optional<Supplier<String>> secret;
  private final Duration timeout;
  private final EventFormat format;
  private final Clock clock;
  private final HttpClient client;

  /**
   * @param name as metrics show it
   * @param secret signs each request, see {@link StandardWebhooks}; empty: unsigned
   * @param timeout for connecting and answering together
   */
  public HttpTarget(
      String name,
      URI url,
      Optional<Supplier<String>> secret,
      Duration timeout,
      EventFormat format,
      Clock clock) {
    this.name = name;
    this.url = url;
    this.secret = secret;
    this.timeout = timeout;
    this.format = format;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command command) {
    HttpRequest request = request(command);
    var answer = new DiscardedAnswer(MAX_ANSWER);
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      client.send(request, answer);
      var left = Duration.ofNanos(deadline - System.nanoTime());
      answer.finishWithin(left.compareTo(MAX_DRAIN) < 0 ? left : MAX_DRAIN);
      return judge(answer.head().orElseThrow(), command);
    } catch (IOException e) {
      return answer.head().map(head -> judge(head, command)).orElseGet(() -> broken(e, command));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return answer
          .head()
          .map(head -> judge(head, command))
          .orElseGet(() -> new TryAgain("the worker was stopped"));
    }
  }

  private HttpRequest request(Command command) {
    byte[] body = format.encodeCloudEvent(command.id(), command.event());
    var request =
        HttpRequest.newBuilder(url)
            .timeout(timeout)
            .header("Content-Type", "application/cloudevents+json")
            .header("User-Agent", "Hookline");
    Instant now = clock.instant();
    secret.ifPresent(
        key ->
            StandardWebhooks.headers(key.get(), command.id().toString(), now, body)
                .forEach(request::header));
    command.trace().ifPresent(trace -> tell(trace, request));
    return request.POST(BodyPublishers.ofByteArray(body)).build();
  }

  private static void tell(TraceContext trace, HttpRequest.Builder request) {
    request.header("traceparent", trace.traceparent());
    if (!trace.state().isEmpty()) {
      request.header("tracestate", trace.state());
    }
  }

  private static Outcome broken(IOException failure, Command command) {
    command.observer().accept(Reply.Broken.by(failure));
    boolean unconnected =
        failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
    return unconnected ? TryAgain.unreachable(said(failure)) : TryAgain.failed(said(failure));
  }

  private static String said(IOException failure) {
    String kind = failure.getClass().getSimpleName();
    return failure.getMessage() == null ? kind : kind + ": " + failure.getMessage();
  }

  private Outcome judge(ResponseInfo answer, Command command) {
    int status = answer.statusCode();
    command.observer().accept(new Reply.HttpAnswer(status));
    String error = "HTTP " + status;
    if (status >= 200 && status < 300) {
      return new Delivered();
    }
    return switch (status) {
      case 408, 425 -> new TryAgain(error);
      case 429 -> new TryAgain(error, retryAfter(answer));
      // RFC 9110, sections 15.6.3 to 15.6.5: these speak of the server, not of the request.
      case 502, 504 -> TryAgain.outOfService(error, Duration.ZERO);
      case 503 -> TryAgain.outOfService(error, retryAfter(answer));
      default -> {
        if (status >= 400 && status < 500) {
          yield new GiveUp(error);
        }
        yield status >= 500 ? TryAgain.failed(error) : new TryAgain(error);
      }
    };
  }

  /** RFC 9110, section 10.2.3: seconds, or a date. What is neither asks for nothing. */
  private Duration retryAfter(ResponseInfo answer) {
    Duration asked =
        answer.headers().firstValue("Retry-After").map(this::delay).orElse(Duration.ZERO);
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
  }

  private Duration delay(String value) {
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      return Duration.between(clock.instant(), date.toInstant());
    } catch (DateTimeParseException _) {
      return Duration.ZERO;
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
