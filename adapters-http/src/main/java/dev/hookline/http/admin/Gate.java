package dev.hookline.http.admin;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.Request;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Who may ask. The host name is checked because a browser can be made to resolve a foreign name to
 * this address (DNS rebinding), the origin because it can be made to post here from a foreign page.
 */
final class Gate {
  private final Set<String> hosts;
  private final Supplier<Optional<String>> token;

  Gate(Collection<String> hosts, Supplier<Optional<String>> token) {
    this.hosts = hosts.stream().map(Gate::bareHost).collect(Collectors.toUnmodifiableSet());
    this.token = token;
  }

  /** The answer to a request that may not pass. */
  Optional<Answer> refuse(Request request, boolean changesState) {
    String authority = request.headers().only("Host").orElse("");
    if (!hosts.contains(bareHost(authority))) {
      return Optional.of(forbidden("this host name is not one of admin.hosts", request));
    }
    if (changesState && isForeign(request.headers(), authority)) {
      return Optional.of(
          forbidden("pages of another origin may not change anything here", request));
    }
    Optional<String> wanted = token.get();
    if (wanted.isPresent() && !BearerToken.isIn(request.headers(), wanted.get())) {
      return Optional.of(
          Errors.answer(
                  401, "UnauthorizedError", "this needs Authorization: Bearer TOKEN", request.id())
              .with("WWW-Authenticate", "Bearer"));
    }
    return Optional.empty();
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
