package dev.hookline.http.operator;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import dev.hookline.http.intake.ClientAddress;
import dev.hookline.http.operator.Guesses.Look;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.Request;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may ask. The host name is checked because a browser can be made to resolve a foreign name to
 * this address (DNS rebinding), the origin because it can be made to post here from a foreign page.
 */
public final class Gate {
  private final Set<String> hosts;
  private final Guesses guesses;
  private final ClientAddress clients;

  /**
   * @param hosts the names, without port, that a request's {@code Host} may have
   * @param clients tells whose wrong tokens count together
   */
  public Gate(Collection<String> hosts, Guesses guesses, ClientAddress clients) {
    this.hosts = hosts.stream().map(Gate::bareHost).collect(Collectors.toUnmodifiableSet());
    this.guesses = guesses;
    this.clients = clients;
  }

  /** The answer to a request that comes by the wrong name or out of a foreign page. */
  public Optional<Answer> refuseForeign(Request request) {
    String authority = request.headers().only("Host").orElse("");
    if (!hosts.contains(bareHost(authority))) {
      return Optional.of(forbidden("this host name is not one of admin.hosts", request));
    }
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    if (!reads && isForeign(request.headers(), authority)) {
      return Optional.of(
          forbidden("pages of another origin may not change anything here", request));
    }
    return Optional.empty();
  }

  /**
   * The answer to a request that may not pass: it is foreign, does not carry the token, or comes
   * from where too many wrong ones came from.
   */
  public Optional<Answer> refuse(Request request) {
    return refuseForeign(request).or(() -> refuseWithoutToken(request));
  }

  private Optional<Answer> refuseWithoutToken(Request request) {
    String sender = clients.senderOf(request.peer(), request.headers());
    return switch (guesses.at(request.headers(), sender)) {
      case Look.Right() -> Optional.empty();
      case Look.Wrong() ->
          Optional.of(
              Errors.answer(
                      401,
                      "UnauthorizedError",
                      "this needs Authorization: Bearer TOKEN",
                      request.id())
                  .with("WWW-Authenticate", "Bearer"));
      case Look.TooOften(Duration pause) ->
          Optional.of(Errors.answer(new RateLimitError(pause), request.id()));
    };
  }

  private static boolean isForeign(Headers headers, String authority) {
    // Fetch Metadata: "none" is the address bar, "same-site" another port of this host.
    boolean foreignSite =
        headers.all("Sec-Fetch-Site").stream()
            .anyMatch(site -> !site.equals("same-origin") && !site.equals("none"));
    return foreignSite
        || headers.all("Origin").stream().anyMatch(origin -> !isOf(origin, authority));
  }

  private static boolean isOf(String origin, String authority) {
    try {
      String ofOrigin = new URI(origin).getRawAuthority();
      return ofOrigin != null && ofOrigin.equalsIgnoreCase(authority);
    } catch (URISyntaxException _) {
      return false;
    }
  }

  /** The name alone: without port, brackets and the root's dot, in lower case. */
  private static String bareHost(String authority) {
    String host = authority.toLowerCase(Locale.ROOT);
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 ? host : host.substring(1, end);
    }
    int colon = host.indexOf(':');
    if (colon >= 0 && colon == host.lastIndexOf(':')) {
      host = host.substring(0, colon);
    }
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  private static Answer forbidden(String message, Request request) {
    return Errors.answer(403, "ForbiddenError", message, request.id());
  }
}
