package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.operator.AdminToken;
import dev.hookline.http.operator.Guesses;
import dev.hookline.http.operator.Guesses.Look;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who has signed in. A session ends an hour after it was last used, twelve hours after it began,
 * and when the token is another; of more than {@value #MOST_SESSIONS} some of those end that are
 * hardly used. Safe for use by many threads.
 */
final class SignIns {
  static final int MOST_SESSIONS = 100;
  static final Duration IDLE = Duration.ofHours(1);
  static final Duration LONGEST = Duration.ofHours(12);
  private static final int SECRET_BYTES = 32;
  private static final String COOKIE = "hookline_console";
  private static final Pattern PORT = Pattern.compile(".*:([0-9]{1,5})");

  private final AdminToken token;
  private final Guesses typed;
  private final Guesses carried;
  private final SecureRandom random;
  private final LongSupplier nanoTime;
  private final Cache<String, Session> sessions;

  /** What a page's forms bring along where nobody has to sign in. */
  private final String openCsrf;

  private record Session(String csrf, String tokenDigest, long begunAt) {}

  SignIns(AdminToken token, SecureRandom random, LongSupplier nanoTime) {
    this.token = token;
    this.typed = new Guesses(token, Guesses.Pace.BY_HAND, nanoTime);
    this.carried = new Guesses(token, Guesses.Pace.BY_PROGRAM, nanoTime);
    this.random = random;
    this.nanoTime = nanoTime;
    this.openCsrf = secret();
    this.sessions =
        Caffeine.newBuilder()
            .maximumSize(MOST_SESSIONS)
            .expireAfterAccess(IDLE)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Looks at a token that somebody typed.
   *
   * @param sender whose failures count together
   */
  Look look(String given, String sender) {
    return typed.at(given, sender);
  }

  /** Signs in somebody whose token was right: the session, for the cookie. */
  String begin() {
    String session = secret();
    sessions.put(session, new Session(secret(), tokenDigest(), nanoTime.getAsLong()));
    return session;
  }

  /**
   * What the forms of this visitor bring along; empty for somebody who has to sign in. Who has a
   * session, or brings no token, is not among those who guess.
   *
   * @param sender whose failures count together
   */
  Optional<String> csrfOf(Headers headers, String sender) {
    return session(headers)
        .map(Session::csrf)
        .or(
            () ->
                carried.at(headers, sender) instanceof Look.Right
                    ? Optional.of(openCsrf)
                    : Optional.empty());
  }

  boolean isSignedIn(Headers headers) {
    return session(headers).isPresent();
  }

  void signOut(Headers headers) {
    sessionId(headers).ifPresent(sessions::invalidate);
  }

  /** Compares in constant time. */
  static boolean same(String given, String csrf) {
    return MessageDigest.isEqual(given.getBytes(UTF_8), csrf.getBytes(UTF_8));
  }

  private Optional<Session> session(Headers headers) {
    Optional<String> id = sessionId(headers);
    Optional<Session> found = id.map(sessions::getIfPresent);
    if (found.isPresent() && !isValid(found.get())) {
      sessions.invalidate(id.get());
      return Optional.empty();
    }
    return found;
  }

  private boolean isValid(Session session) {
    return nanoTime.getAsLong() - session.begunAt() < LONGEST.toNanos()
        && same(session.tokenDigest(), tokenDigest());
  }

  /**
   * The name of the cookie that holds the session. A browser sends a host's cookies to all of its
   * ports (RFC 6265, section 8.5), so the name has the port that the browser asked for: two
   * consoles on one host do not sign each other out. Not the port that this process listens on,
   * which in containers is often the same for both; and after a restart it is the same name again.
   */
  static String cookieName(Headers headers) {
    Matcher port = PORT.matcher(headers.only("Host").orElse(""));
    return port.matches() ? COOKIE + "_" + port.group(1) : COOKIE;
  }

  private static Optional<String> sessionId(Headers headers) {
    String name = cookieName(headers) + "=";
    return headers.all("Cookie").stream()
        .flatMap(field -> Arrays.stream(field.split(";", -1)))
        .map(String::strip)
        .filter(pair -> pair.startsWith(name))
        .map(pair -> pair.substring(name.length()))
        .findFirst();
  }

  private String tokenDigest() {
    return Base64.getEncoder().encodeToString(token.digest());
  }

  private String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
