package dev.hookline.http.github.rest;

import static dev.hookline.http.testing.FakeGitHub.error;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpHandler;
import dev.hookline.application.reconcile.DeliveryLogException;
import dev.hookline.application.reconcile.SentDelivery;
import dev.hookline.http.testing.FakeGitHub;
import dev.hookline.http.testing.RsaKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubDeliveryLogTest {
  private static final String REPOSITORY = "/repos/octo/widgets/hooks/1";
  private static final String TOKEN = "github_pat_0123456789";
  private static final Instant SINCE = NOON.minus(Duration.ofHours(3));
  private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

  private final FakeGitHub gitHub = new FakeGitHub();
  private final List<Duration> pauses = new ArrayList<>();
  private final GitHubRest rest = new GitHubRest(gitHub.url(), CLOCK, new Random(1), pauses::add);

  @BeforeEach
  void know() {
    gitHub.hook(REPOSITORY);
    gitHub.knows(TOKEN::equals);
  }

  @AfterEach
  void close() {
    rest.close();
    gitHub.close();
  }

  @Test
  void attemptIsReadAsGitHubShowsIt() {
    FakeGitHub.Sent first = gitHub.sent(REPOSITORY, "guid-1", "push", NOON, 503);
    FakeGitHub.Sent again = gitHub.sentAgain(REPOSITORY, "guid-1", "push", NOON.plusMillis(1), 202);

    assertEquals(
        List.of(
            new SentDelivery(
                Long.toString(again.id()), "guid-1", "push", NOON.plusMillis(1), true, 202),
            new SentDelivery(Long.toString(first.id()), "guid-1", "push", NOON, false, 503)),
        read());
  }

  @Test
  void everyPageIsReadUntilOneIsTooOld() {
    for (int i = 0; i < 350; i++) {
      gitHub.sent(REPOSITORY, "old-" + i, "push", SINCE.minusSeconds(1), 202);
    }
    for (int i = 0; i < 150; i++) {
      gitHub.sent(REPOSITORY, "new-" + i, "push", SINCE.plusSeconds(i), 202);
    }

    List<SentDelivery> read = read();

    assertEquals(150, read.size());
    assertEquals("new-149", read.getFirst().eventId());
    assertEquals("new-0", read.getLast().eventId());
    assertEquals(3, gitHub.requests().size(), () -> gitHub.requests().toString());
    assertEquals("GET " + REPOSITORY + "/deliveries?per_page=100", gitHub.requests().getFirst());
    assertTrue(
        gitHub
            .requests()
            .getLast()
            .startsWith("GET " + REPOSITORY + "/deliveries?per_page=100&cursor=v1_"));
  }

  @Test
  void emptyLogIsRead() {
    assertEquals(List.of(), read());
  }

  @Test
  void handshakesAreLeftOut() {
    gitHub.sent(REPOSITORY, "guid-1", "ping", NOON, 200);

    assertEquals(List.of(), read());
  }

  @ParameterizedTest
  @CsvSource({"octo/widgets/1, /repos/octo/widgets/hooks/1", "octo/7, /orgs/octo/hooks/7"})
  void hookOfARepositoryOrOrganizationIsAskedWithTheToken(String hook, String path) {
    gitHub.hook(path);
    FakeGitHub.Sent sent = gitHub.sent(path, "guid-1", "push", NOON, 503);
    GitHubDeliveryLog log = log(GitHubHook.parse(hook), () -> TOKEN);

    log.redeliver(read(log).getFirst());

    assertEquals(
        List.of(
            "GET " + path + "/deliveries?per_page=100",
            "POST %s/deliveries/%d/attempts".formatted(path, sent.id())),
        gitHub.requests());
    assertTrue(gitHub.log(path).getFirst().redelivery());
  }

  @Test
  void hookOfAnAppIsAskedWithATokenThatItsKeyHasSigned() {
    RsaKeys keys = RsaKeys.generate();
    gitHub.hook("/app/hook");
    gitHub.sent("/app/hook", "guid-1", "push", NOON, 503);
    gitHub.knows(token -> isSigned(token, keys));
    GitHubDeliveryLog log =
        log(new GitHubHook.OfApp(), new AppToken("12345", keys::pkcs1Pem, CLOCK));

    log.redeliver(read(log).getFirst());

    assertEquals(2, gitHub.log("/app/hook").size());
    assertTrue(gitHub.requests().getLast().matches("POST /app/hook/deliveries/[0-9]+/attempts"));
  }

  @Test
  void onlyTheCursorOfALinkIsTaken() {
    FakeGitHub.Sent sent = gitHub.sent(REPOSITORY, "guid-1", "push", NOON, 202);
    gitHub.next(
        page(
            item(2, "guid-2"),
            "<http://elsewhere.example/steal?cursor=v1_%d&x=y>; rel=\"next\""
                .formatted(sent.id())));

    assertEquals(List.of("guid-2", "guid-1"), read().stream().map(SentDelivery::eventId).toList());
    assertEquals(List.of(TOKEN, TOKEN), gitHub.tokens());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<http://elsewhere.example/steal?page=2>; rel=\"next\"",
        "<http://elsewhere.example/steal?cursor=a/../b>; rel=\"next\""
      })
  void linkWithoutACursorIsAFailure(String link) {
    gitHub.next(page(item(2, "guid-2"), link));

    assertEquals("GitHub's link to the next page has no cursor", readFailure());
  }

  @Test
  void pagesThatGoInACircleAreAFailure() {
    String link = "</x?cursor=c>; rel=next";
    gitHub.next(page(item(2, "guid-2"), link));
    gitHub.next(page(item(2, "guid-2"), link));

    assertEquals("GitHub's pages lead back to one that was read before", readFailure());
  }

  @Test
  void shortRateLimitIsWaitedFor() {
    gitHub.next(error(429, "slow down", "Retry-After", "7"));
    gitHub.next(
        error(
            403,
            "API rate limit exceeded",
            "X-RateLimit-Remaining",
            "0",
            "X-RateLimit-Reset",
            Long.toString(NOON.getEpochSecond() + 10)));
    gitHub.next(error(403, "You have exceeded a secondary rate limit"));

    assertEquals(List.of(), read());
    assertEquals(
        List.of(Duration.ofSeconds(7), Duration.ofSeconds(11), Duration.ofMinutes(1)), pauses);
  }

  @Test
  void longRateLimitSaysWhenToComeBack() {
    gitHub.next(
        error(
            403,
            "API rate limit exceeded",
            "X-RateLimit-Remaining",
            "0",
            "X-RateLimit-Reset",
            Long.toString(NOON.getEpochSecond() + 599)));

    assertEquals(
        "GitHub's rate limit is used up: come back at 2026-03-01T12:10:00Z", readFailure());
    assertEquals(List.of(), pauses);
    assertEquals(1, gitHub.requests().size());
  }

  @Test
  void rateLimitIsNotWaitedForForever() {
    for (int i = 0; i < 6; i++) {
      gitHub.next(error(429, "slow down", "Retry-After", "1"));
    }

    assertTrue(readFailure().startsWith("GitHub's rate limit is used up"));
    assertEquals(5, pauses.size());
  }

  @Test
  void badMoodsAreBorneForAWhile() {
    gitHub.sent(REPOSITORY, "guid-1", "push", NOON, 202);
    gitHub.next(error(502, "bad gateway"));
    gitHub.next(_ -> {});
    gitHub.next(error(503, "unavailable"));

    assertEquals(1, read().size());
    assertEquals(4, gitHub.requests().size());
    assertTrue(pauses.stream().allMatch(pause -> pause.compareTo(Duration.ofSeconds(4)) <= 0));
  }

  @Test
  void badMoodThatLastsIsAFailure() {
    for (int i = 0; i < 4; i++) {
      gitHub.next(error(500, "oops"));
    }

    assertEquals(gitHub.url() + " does not work now (it answers 500: oops)", readFailure());
    assertEquals(4, gitHub.requests().size());
  }

  @Test
  void hostThatIsNotThereIsAFailure() throws IOException {
    int free;
    try (var socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (var nowhere =
        new GitHubRest(URI.create("http://127.0.0.1:" + free), CLOCK, new Random(1), pauses::add)) {
      var log = new GitHubDeliveryLog(nowhere, GitHubHook.parse("octo/widgets/1"), () -> TOKEN);
      var failure = assertThrows(DeliveryLogException.class, () -> read(log));
      assertTrue(
          failure.reason().startsWith("http://127.0.0.1:%d does not work now".formatted(free)),
          failure::reason);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          401 | GitHub does not know the caller (401: no)
          403 | GitHub forbids it (403: no): the token needs the repository permission Webhooks (read and write)
          404 | GitHub shows no such hook (404: no): it is not there, or the token needs
          301 | GitHub redirects (301: no), which is not followed
          418 | GitHub answers 418: no
          """)
  void refusalSaysWhatIsNeeded(int status, String start) {
    gitHub.next(error(status, "no", "Location", gitHub.url() + REPOSITORY + "/deliveries"));

    String failure = readFailure();

    assertTrue(failure.startsWith(start), failure);
    assertFalse(failure.contains(TOKEN), "shows the token");
    assertEquals(1, gitHub.requests().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not JSON",
        "",
        "{}",
        "[{}]",
        "[{\"id\":1,\"guid\":\"g\",\"event\":\"push\",\"delivered_at\":\"yesterday\"}]",
        "[{\"id\":\"1/../2\",\"guid\":\"g\",\"event\":\"push\",\"delivered_at\":\"2026-03-01T12:00:00Z\"}]"
      })
  void answerThatIsNoListIsAFailure(String body) {
    gitHub.next(
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
        });

    assertEquals("GitHub's answer is not a list of deliveries", readFailure());
  }

  @Test
  void answerWithoutEndIsCut() {
    for (int i = 0; i < 4; i++) {
      gitHub.next(
          exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] some = new byte[1 << 20];
            for (int part = 0; part < 6; part++) {
              exchange.getResponseBody().write(some);
            }
          });
    }

    assertTrue(readFailure().contains("does not work now"));
  }

  @Test
  void redeliveriesAreASecondApart() {
    gitHub.sent(REPOSITORY, "guid-1", "push", NOON, 503);
    gitHub.sent(REPOSITORY, "guid-2", "push", NOON, 503);
    GitHubDeliveryLog log = log();
    List<SentDelivery> read = read(log);

    read.forEach(log::redeliver);

    assertEquals(List.of(Duration.ofSeconds(1)), pauses);
    assertEquals(4, gitHub.log(REPOSITORY).size());
  }

  @Test
  void deliveryThatIsGoneSaysSoOfItselfAlone() {
    var gone = new SentDelivery("1", "guid-1", "push", NOON, false, 503);

    var failure = assertThrows(DeliveryLogException.class, () -> log().redeliver(gone));

    assertEquals("GitHub does not redeliver it (404: Not Found)", failure.reason());
  }

  @Test
  void tokenThatNoneIsDoesNotShowInTheFailure() {
    GitHubDeliveryLog log = log(GitHubHook.parse("octo/widgets/1"), () -> "two\nlines");

    var failure = assertThrows(DeliveryLogException.class, () -> read(log));

    assertFalse(failure.reason().contains("lines"), failure::reason);
    assertEquals(List.of(), gitHub.requests());
  }

  @Test
  void keyThatHasBecomeUnreadableIsAFailure() {
    GitHubDeliveryLog log =
        log(new GitHubHook.OfApp(), new AppToken("12345", () -> "let-me-in", CLOCK));

    var failure = assertThrows(DeliveryLogException.class, () -> read(log));

    assertEquals(
        "the private key is not an RSA private key in PEM without a password", failure.reason());
  }

  @Test
  void interruptionEndsAWait() {
    try (var stopped =
        new GitHubRest(
            gitHub.url(),
            CLOCK,
            new Random(1),
            _ -> {
              throw new InterruptedException();
            })) {
      gitHub.next(error(429, "slow down", "Retry-After", "7"));
      var log = new GitHubDeliveryLog(stopped, GitHubHook.parse("octo/widgets/1"), () -> TOKEN);

      var failure = assertThrows(DeliveryLogException.class, () -> read(log));

      assertEquals("interrupted", failure.reason());
      assertTrue(Thread.interrupted());
    }
  }

  private GitHubDeliveryLog log() {
    return log(GitHubHook.parse("octo/widgets/1"), () -> TOKEN);
  }

  private GitHubDeliveryLog log(GitHubHook hook, Supplier<String> token) {
    return new GitHubDeliveryLog(rest, hook, token);
  }

  private List<SentDelivery> read() {
    return read(log());
  }

  private static List<SentDelivery> read(GitHubDeliveryLog log) {
    var all = new ArrayList<SentDelivery>();
    log.read(SINCE, all::addAll);
    return all;
  }

  private String readFailure() {
    return assertThrows(DeliveryLogException.class, this::read).reason();
  }

  private static HttpHandler page(String item, String link) {
    return exchange -> {
      byte[] body = ("[" + item + "]").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Link", link);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  private static String item(long id, String guid) {
    return """
    {"id":%d,"guid":"%s","event":"push","delivered_at":"2026-03-01T12:00:00.000Z",\
    "redelivery":false,"status_code":202}\
    """
        .formatted(id, guid);
  }

  private static boolean isSigned(String token, RsaKeys keys) {
    int dot = token.lastIndexOf('.');
    return assertDoesNotThrow(
        () -> {
          var rsa = Signature.getInstance("SHA256withRSA");
          rsa.initVerify(keys.publicKey());
          rsa.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
          return rsa.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
        });
  }
}
