package dev.hookline.http.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.operator.Guesses.Pace;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignInTest {
  private static final String TOKEN = "t0ken";

  /** What it trusts stands for a proxy on this machine. */
  private final Bench bench = new Bench(List.of("127.0.0.1"));

  @BeforeEach
  void lock() {
    bench.token = Optional.of(TOKEN);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console",
        "/console/pipelines",
        "/console/pipelines/01a20bc0-19ab-7572-956f-dca0945af435/payload",
        "/console/live",
        "/console/nothing"
      })
  void withATokenAPageAsksForIt(String path) throws Exception {
    var answer = bench.get(path);
    assertEquals(401, answer.statusCode());
    assertTrue(answer.body().contains("type=\"password\""), answer.body());
    assertFalse(answer.body().contains("csrf"), answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/console/pauses/pause", "/console/pipelines/replay", "/console/logout"})
  void withoutASessionNothingIsDone(String path) throws Exception {
    assertEquals(401, bench.post(path, Map.of("csrf", "")).statusCode());
    assertEquals(List.of(), bench.store.paused);
  }

  @Test
  void styleIsNoSecret() throws Exception {
    assertEquals(200, bench.get("/console/console.css").statusCode());
  }

  @Test
  void theTokenOpensASession() throws Exception {
    var done =
        bench.post(
            "/console/login", Map.of("token", TOKEN, "next", "/console/refused?service=tiny"));
    assertEquals(303, done.statusCode());
    assertEquals("/console/refused?service=tiny", done.headers().firstValue("Location").orElse(""));
    String cookie = done.headers().firstValue("Set-Cookie").orElse("");
    assertTrue(
        cookie.matches(
            "hookline_console_%d=[A-Za-z0-9_-]{43}; Path=/console; HttpOnly; SameSite=Strict"
                .formatted(bench.port())),
        cookie);
    assertEquals(
        200,
        bench.get("/console", "Cookie", cookie.substring(0, cookie.indexOf(';'))).statusCode());
  }

  @ParameterizedTest
  @CsvSource({
    "X-Forwarded-Proto, https, true",
    "X-Forwarded-Proto, http, false",
    "Forwarded, for=192.0.2.1;proto=https, true"
  })
  void behindHttpsTheCookieStaysThere(String header, String value, boolean secure)
      throws Exception {
    String cookie =
        bench
            .post("/console/login", Map.of("token", TOKEN), header, value)
            .headers()
            .firstValue("Set-Cookie")
            .orElse("");
    assertEquals(secure, cookie.endsWith("; Secure"), cookie);
  }

  @Test
  void strangerWhoSaysHttpsIsNotBelieved() throws Exception {
    try (var open = new Bench()) {
      open.token = Optional.of(TOKEN);
      String cookie =
          open.post("/console/login", Map.of("token", TOKEN), "X-Forwarded-Proto", "https")
              .headers()
              .firstValue("Set-Cookie")
              .orElse("");
      assertFalse(cookie.contains("Secure"), cookie);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/",
        "//evil.example/console",
        "/\\evil.example",
        "/console/../../etc",
        "/consolex",
        "/console?\r\nX: y",
        "javascript:alert(1)"
      })
  void signingInLeadsNowhereElse(String next) throws Exception {
    var done = bench.post("/console/login", Map.of("token", TOKEN, "next", next));
    assertEquals("/console", done.headers().firstValue("Location").orElse(""));
  }

  @Test
  void whatOnlyBeginsLikeAFormIsNone() throws Exception {
    var other =
        bench
            .to("/console/login")
            .header("Content-Type", "application/x-www-form-urlencodedx")
            .POST(BodyPublishers.ofString("token=" + TOKEN));
    assertEquals(400, bench.send(other).statusCode());
  }

  @Test
  void aFormThatIsTooLongIsToldSo() throws Exception {
    var answer = bench.post("/console/login", Map.of("token", "x".repeat(Asked.MAX_FORM)));
    assertEquals(413, answer.statusCode());
    assertTrue(answer.body().contains("PayloadTooLargeError"), answer.body());
  }

  @Test
  void bearerMayReadAsWell() throws Exception {
    assertEquals(200, bench.get("/console", "Authorization", "Bearer " + TOKEN).statusCode());
    assertEquals(401, bench.get("/console", "Authorization", "Bearer t0keN").statusCode());
  }

  @Test
  void wrongTokensAreAnsweredSlowly() throws Exception {
    for (int i = 0; i < Pace.BY_HAND.most; i++) {
      assertEquals(401, trying("guess" + i, "192.0.2.1"));
    }
    assertEquals(429, trying("guess", "192.0.2.1"));
    assertEquals(429, trying(TOKEN, "192.0.2.1"), "else guessing went on");
    assertEquals(303, trying(TOKEN, "192.0.2.2"), "another sender is not meant");

    bench.pass(Pace.BY_HAND.between);
    assertEquals(401, trying("guess", "192.0.2.1"));
    assertEquals(429, trying("guess", "192.0.2.1"));
    bench.pass(Pace.BY_HAND.between);
    assertEquals(303, trying(TOKEN, "192.0.2.1"));
  }

  @Test
  void wrongBearersAreLookedAtSlowlyToo() throws Exception {
    for (int i = 0; i < Pace.BY_PROGRAM.most; i++) {
      assertEquals(401, bearing("guess" + i, "192.0.2.1"));
    }
    assertEquals(401, bearing(TOKEN, "192.0.2.1"), "else guessing went on");
    assertEquals(303, trying(TOKEN, "192.0.2.1"), "what is typed counts for itself");
    assertEquals(200, bearing(TOKEN, "192.0.2.2"));
  }

  private int bearing(String token, String from) throws Exception {
    return bench
        .get("/console", "Authorization", "Bearer " + token, "X-Forwarded-For", from)
        .statusCode();
  }

  private int trying(String token, String from) throws Exception {
    var answer = bench.post("/console/login", Map.of("token", token), "X-Forwarded-For", from);
    assertEquals(
        answer.statusCode() == 429 ? Long.toString(Pace.BY_HAND.between.toSeconds()) : "",
        answer.headers().firstValue("Retry-After").orElse(""));
    assertEquals(answer.statusCode() == 303, answer.headers().firstValue("Set-Cookie").isPresent());
    return answer.statusCode();
  }

  @Test
  void sessionEndsWhenItIsNotUsed() throws Exception {
    String cookie = bench.signIn(TOKEN);
    bench.pass(SignIns.IDLE.minusMinutes(1));
    assertEquals(200, status(cookie));
    bench.pass(SignIns.IDLE.minusMinutes(1));
    assertEquals(200, status(cookie));
    bench.pass(SignIns.IDLE.plusMinutes(1));
    assertEquals(401, status(cookie));
  }

  @Test
  void sessionEndsHoweverMuchItIsUsed() throws Exception {
    String cookie = bench.signIn(TOKEN);
    Duration step = Duration.ofMinutes(30);
    for (Duration used = step; used.compareTo(SignIns.LONGEST) < 0; used = used.plus(step)) {
      bench.pass(step);
      assertEquals(200, status(cookie));
    }
    bench.pass(step);
    assertEquals(401, status(cookie));
  }

  @Test
  void sessionEndsWithItsToken() throws Exception {
    String cookie = bench.signIn(TOKEN);
    bench.token = Optional.of("another");
    assertEquals(401, status(cookie));
    bench.token = Optional.of(TOKEN);
    assertEquals(401, status(cookie), "it is over for good");
  }

  @Test
  void signingOutEndsTheSession() throws Exception {
    String cookie = bench.signIn(TOKEN);
    String csrf = bench.csrf("/console", "Cookie", cookie);
    assertEquals(
        303, bench.post("/console/logout", Map.of("csrf", csrf), "Cookie", cookie).statusCode());
    assertEquals(401, status(cookie));
  }

  @Test
  void formOfOneSessionIsNoFormOfAnother() throws Exception {
    String mine = bench.signIn(TOKEN);
    String yours = bench.signIn(TOKEN);
    assertNotEquals(mine, yours);
    String csrf = bench.csrf("/console", "Cookie", yours);
    var fields = Map.of("csrf", csrf);
    assertEquals(403, bench.post("/console/pauses/pause", fields, "Cookie", mine).statusCode());
    assertEquals(303, bench.post("/console/pauses/pause", fields, "Cookie", yours).statusCode());
  }

  @Test
  void twoConsolesOnOneHostDoNotSignEachOtherOut() throws Exception {
    try (var browser =
            HttpClient.newBuilder()
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .build();
        var one = new Bench(List.of(), browser);
        var other = new Bench(List.of(), browser)) {
      one.token = Optional.of(TOKEN);
      other.token = Optional.of(TOKEN);
      one.signIn(TOKEN);
      assertEquals(401, other.get("/console").statusCode(), "a session is of one console");
      other.signIn(TOKEN);
      assertEquals(200, one.get("/console").statusCode());
      assertEquals(200, other.get("/console").statusCode());

      one.post("/console/logout", Map.of("csrf", one.csrf("/console")));
      assertEquals(401, one.get("/console").statusCode());
      assertEquals(200, other.get("/console").statusCode());
    }
  }

  /** As a proxy on the usual port is asked, and as ports are mapped into containers. */
  @ParameterizedTest
  @CsvSource({
    "ops.example, hookline_console",
    "ops.example:9081, hookline_console_9081",
    "[::1]:9081, hookline_console_9081",
    "[::1], hookline_console",
    "localhost:, hookline_console",
    "localhost:8081x, hookline_console",
    "localhost:808181, hookline_console"
  })
  void cookieIsNamedByThePortThatTheBrowserAskedFor(String host, String name) {
    assertEquals(name, SignIns.cookieName(Headers.ofSingle(Map.of("Host", host))));
  }

  @Test
  void ofTooManySessionsSomeEnd() throws Exception {
    var sessions = new ArrayList<String>();
    for (int i = 0; i < 2 * SignIns.MOST_SESSIONS; i++) {
      sessions.add(bench.signIn(TOKEN));
    }
    assertEquals(200, status(sessions.getLast()));
    int living = 0;
    for (String session : sessions) {
      living += status(session) == 200 ? 1 : 0;
    }
    assertEquals(SignIns.MOST_SESSIONS, living);
  }

  private int status(String cookie) throws Exception {
    return bench.get("/console", "Cookie", cookie).statusCode();
  }
}
