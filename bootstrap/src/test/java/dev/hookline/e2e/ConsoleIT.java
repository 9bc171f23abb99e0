package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.hookline.testing.Requirement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console of a system that runs, in a browser. */
class ConsoleIT {
  private static final String SECRET = "a secret of the console's test";
  private static final String TOKEN = "a token of the console's test";
  private static final String HOSTILE =
      "</script></pre><img src=x onerror=\\\"document.title='taken'\\\"><svg onload=alert(1)>";
  private static final int UNTAKEN = 422;

  @TempDir private static Path folder;
  private static HttpServer target;
  private static volatile int answer = 200;
  private static HooklineProcess up;
  private static HttpClient http;
  private static int intake;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    var chromium = Browser.program("chromium");
    var chromedriver = Browser.program("chromedriver");
    Requirement.met(chromium.isPresent() && chromedriver.isPresent(), "chromium is not installed");
    target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    target.start();
    Files.writeString(
        folder.resolve("hookline.yaml"),
        """
        hookline:
          http: {port: 0}
          admin: {port: 0, token: "%s"}
          services: {github: {secrets: "%s"}}
          dispatch:
            targets: {ci: {type: http, url: "http://127.0.0.1:%d/"}}
            routes: [{match: {}, targets: [ci]}]
        """
            .formatted(TOKEN, SECRET, target.getAddress().getPort()));
    up = HooklineProcess.start(folder, Map.of(), "up").readingOutput();
    // More patience than a port is given otherwise: a first start unpacks and makes a PostgreSQL.
    up.log(line -> line.path("listener").asText().equals("admin"), Duration.ofSeconds(90));
    intake = up.port("intake");
    String home = "http://127.0.0.1:" + up.port("admin");
    http = HttpClient.newHttpClient();
    browser =
        Browser.start(
            chromium.get(),
            chromedriver.get(),
            Files.createDirectory(folder.resolve("profile")),
            home);
    browser.look(1280, 900, "light");
    signIn();
  }

  private static void signIn() throws Exception {
    browser.open("/");
    assertEquals("Sign in", browser.text("h1"));
    browser.type("a wrong token");
    browser.enter();
    browser.await("the refusal", () -> browser.texts(".notice").contains("That is not the token."));
    browser.type(TOKEN);
    browser.enter();
    browser.await("the overview", () -> browser.text("h1").equals("Overview"));
    assertEquals("", browser.asks("document.cookie"), "no script sees the session");
    List<String> complaints = browser.complaints();
    assertTrue(
        complaints.stream().allMatch(complaint -> complaint.contains("status of 401")),
        complaints::toString);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (browser != null) {
        browser.close();
      }
    } finally {
      if (up != null) {
        assertEquals(0, up.terminate(), "an open page keeps nothing from ending");
      }
      if (target != null) {
        target.stop(0);
      }
    }
  }

  @AfterEach
  void nothingWasComplainedOf() {
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void whatArrivesIsSeenWithoutReloading() throws Exception {
    browser.open("/console");
    browser.await("the stream", () -> browser.text("#live").equals("live"));
    browser.asks("window.same = 'page'");

    String id = deliver("push", "octo/lively", "{}");

    browser.await(
        "the new pipeline",
        () ->
            browser.texts("#newest tbody tr").stream()
                .anyMatch(row -> row.contains("octo/lively") && row.contains("DISPATCHED")));
    assertEquals("page", browser.asks("window.same"));
    assertTrue(
        browser.asks("document.querySelector('#newest').innerHTML").contains(id), "it links there");
    browser.await(
        "its service",
        () ->
            browser.texts("#services tbody tr").stream().anyMatch(row -> row.startsWith("github")));
    browser.await(
        "its minute",
        () ->
            Integer.parseInt(browser.asks("document.querySelectorAll('rect.accepted').length"))
                > 0);
  }

  @Test
  void filterFindsAndPayloadIsShown() throws Exception {
    deliver("push", "octo/other", "{}");
    String id = deliver("issue_comment", "octo/wanted", "{\"n\":1e400}");
    browser.open("/console/pipelines");
    browser.tabTo("repository");
    browser.type("octo/wanted");
    browser.enter();
    browser.await("the filtered", () -> browser.place().contains("repository=octo%2Fwanted"));
    assertEquals(1, browser.texts("#found tbody tr").size());

    browser.open("/console/pipelines/" + id);

    assertEquals("github issue_comment", browser.text("h1"));
    assertTrue(browser.text(".payload").contains("\"n\": 1e400"), browser.text(".payload"));
    assertTrue(browser.text("#timeline").contains("RECEIVED"), browser.text("#timeline"));
  }

  @Test
  void deadLetterIsReplayedByKeysAlone() throws Exception {
    answer = UNTAKEN;
    String id = deliver("push", "octo/dead", "{}");
    browser.open("/console/pipelines/" + id);
    browser.await("the failure", () -> browser.text("#standing").contains("FAILED"));
    answer = 200;

    browser.tabTo("Replay…");
    browser.enter();
    browser.await("the question", () -> browser.text("h1").equals("Replay this pipeline?"));
    assertEquals("Replay", browser.focused());
    browser.enter();

    browser.await("the answer", () -> browser.texts(".notice").toString().contains("Opened again"));
    browser.await("the dispatch", () -> browser.text("#standing").contains("DISPATCHED"));
  }

  @Test
  void dispatchingIsPausedAndResumed() throws Exception {
    browser.open("/console/pauses");
    browser.tabTo("Pause…");
    browser.enter();
    browser.await("the question", () -> browser.text("h1").equals("Pause dispatching?"));
    browser.enter();
    browser.await("the pause", () -> browser.text("#paused").contains("Resume…"));

    String id = deliver("push", "octo/held", "{}");
    browser.open("/console/pipelines/" + id);
    assertTrue(browser.text("#standing").contains("RECEIVED"), browser.text("#standing"));

    browser.open("/console/pauses");
    browser.tabTo("Resume…");
    browser.enter();
    browser.await("the question", () -> browser.text("h1").equals("Resume dispatching?"));
    browser.enter();
    browser.await("no pause", () -> browser.text("#paused").contains("Nothing is paused."));
    browser.open("/console/pipelines/" + id);
    browser.await("the dispatch", () -> browser.text("#standing").contains("DISPATCHED"));
  }

  @Test
  void hostilePayloadIsOnlyText() throws Exception {
    String id = deliver("push", "octo/hostile", "{\"x\":\"%s\"}".formatted(HOSTILE));
    deliver("star", "octo/hostile", "{\"x\":\"%s\"}".formatted(HOSTILE));
    for (String path : List.of("/console", "/console/pipelines/" + id, "/console/refused")) {
      browser.open(path);
      assertEquals(
          "0", browser.asks("document.querySelectorAll('main img, main svg[onload]').length"));
      assertTrue(browser.asks("document.title").endsWith("· Hookline"));
    }
    browser.open("/console/pipelines/" + id);
    assertTrue(browser.text(".payload").contains("<img src=x onerror="), browser.text(".payload"));
    browser.open("/console/refused");
    assertTrue(browser.text("#found").contains("UnsupportedEventError"));
  }

  @ParameterizedTest
  @CsvSource({"1280, light", "1280, dark", "360, light", "360, dark"})
  void everyPageFitsAndIsLegible(int width, String scheme) throws Exception {
    String id =
        deliver(
            "push",
            "octo/" + "long-name-".repeat(8) + width + scheme,
            "{\"x\":\"%s\"}".formatted("x".repeat(500)));
    browser.look(width, 800, scheme);
    try {
      for (String path :
          List.of(
              "/console",
              "/console/pipelines",
              "/console/pipelines/" + id,
              "/console/pipelines/replay?state=FAILED",
              "/console/refused",
              "/console/pauses",
              "/console/login")) {
        browser.open(path);
        browser.assertNoSidewaysScroll();
        assertTrue(contrast() >= 4.5, () -> path + " has a contrast of " + contrast());
        assertEquals(scheme.equals("dark"), brightness("backgroundColor") < 0.2);
      }
    } finally {
      browser.look(1280, 900, "light");
    }
  }

  /** WCAG 2.2, contrast ratio, of the page's text. */
  private static double contrast() {
    double text = brightness("color");
    double ground = brightness("backgroundColor");
    return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  }

  /** WCAG 2.2, relative luminance. */
  private static double brightness(String property) {
    String rgb = browser.asks("getComputedStyle(document.body)." + property);
    var parts = rgb.replaceAll("[^0-9,.]", "").split(",", -1);
    return 0.2126 * linear(parts[0]) + 0.7152 * linear(parts[1]) + 0.0722 * linear(parts[2]);
  }

  private static double linear(String part) {
    double share = Double.parseDouble(part) / 255;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }

  /** Sends a delivery of GitHub's, and gives the id of its pipeline; of an unwanted one nothing. */
  private static String deliver(String type, String repository, String more) throws Exception {
    String[] names = repository.split("/", -1);
    String ofType =
        type.equals("issue_comment")
            ? "\"action\":\"created\",\"issue\":{\"number\":1},\"comment\":{\"body\":\"hello\"}"
            : "\"ref\":\"refs/heads/main\",\"commits\":[]";
    String body =
        "{\"id\":\"%s\",\"repository\":{\"name\":\"%s\",\"owner\":{\"login\":\"%s\"}},%s,\"more\":%s}"
            .formatted(UUID.randomUUID(), names[1], names[0], ofType, more);
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/webhooks/github".formatted(intake)))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", type)
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header(
                "X-Hub-Signature-256",
                "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8))))
            .POST(BodyPublishers.ofString(body));
    var answered = http.send(request.build(), BodyHandlers.ofString());
    boolean wanted = !type.equals("star");
    assertEquals(wanted ? 202 : 400, answered.statusCode(), answered.body());
    return answered.headers().firstValue("X-Pipeline-Id").orElse("");
  }
}
