package dev.hookline.http.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.testing.Samples;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&";
  private static final PipelineState FAILED = new Failed(3, Samples.NOON, "503 from ci");

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void theRootLeadsToTheConsole() throws Exception {
    var answer = bench.get("/");
    assertEquals(303, answer.statusCode());
    assertEquals("/console", answer.headers().firstValue("Location").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/console",
        "/console/pipelines",
        "/console/pipelines?state=nonsense",
        "/console/refused",
        "/console/pauses",
        "/console/signatures",
        "/console/signatures/1",
        "/console/login",
        "/console/nothing",
        "/console/console.css",
        "/console/console.js",
        "/console/icon.svg"
      })
  void everyAnswerForbidsWhatItDoesNotNeed(String path) throws Exception {
    var headers = bench.get(path).headers();
    assertEquals(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        headers.firstValue("Content-Security-Policy").orElse(""));
    assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""));
    assertEquals("DENY", headers.firstValue("X-Frame-Options").orElse(""));
    String kept = headers.firstValue("Cache-Control").orElse("");
    assertEquals(path.contains(".") ? "no-cache" : "no-store", kept);
  }

  @Test
  void pagesHaveNeitherScriptNorStyleOfTheirOwn() throws Exception {
    busy();
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    for (String path :
        List.of("/console", "/console/pipelines", "/console/pipelines/" + id, "/console/pauses")) {
      String page = bench.get(path).body();
      assertFalse(page.matches("(?s).*<[^>]* (style|on[a-z]+)=.*"), page);
      assertEquals(1, page.split("<script", -1).length - 1, page);
      assertFalse(page.contains("http://"), page);
      assertFalse(page.contains("https://"), page);
    }
  }

  @Test
  void whySignaturesDidNotHoldIsShownWithoutAnythingOfTheirSenders() throws Exception {
    assertTrue(bench.get("/console/signatures").body().contains("None is kept now."));
    String signature = Deliveries.hmac(Bench.SECRET, HOSTILE + "\n");
    bench.unproven.keep(
        Samples.GITHUB,
        Headers.of(
            Map.of(
                "X-Hub-Signature-256",
                List.of("sha256=" + signature),
                "Authorization",
                List.of("Bearer stolen"))),
        Optional.of(RawBody.of(HOSTILE.getBytes(StandardCharsets.UTF_8))),
        "192.0.2.66");
    bench.unproven.keep(new Service("slack"), Headers.of(Map.of()), Optional.empty(), HOSTILE);

    String list = bench.get("/console/signatures").body();
    assertTrue(list.contains("There is no header X-Slack-Signature."), list);
    assertTrue(list.contains("The headers look right: open it to see why."), list);
    assertTrue(list.contains("192.0.2.66"), list);
    String one = bench.get("/console/signatures/1").body();
    assertTrue(one.contains("signed was this body with a line end (LF) at its end"), one);
    String other = bench.get("/console/signatures/2").body();
    assertTrue(other.contains("not read"), other);
    for (String page : List.of(list, one, other)) {
      assertFalse(page.contains("<img"), page);
      assertFalse(page.contains(signature), page);
      assertFalse(page.contains(Bench.SECRET), page);
      assertFalse(page.contains("stolen"), page);
      assertEquals(1, page.split("<script", -1).length - 1, page);
    }
    assertEquals(404, bench.get("/console/signatures/3").statusCode());
    assertEquals(404, bench.get("/console/signatures/x").statusCode());
  }

  @Test
  void filesOfThePagesAreKnownByTheirTag() throws Exception {
    var first = bench.get("/console/console.css");
    assertEquals("text/css; charset=utf-8", first.headers().firstValue("Content-Type").orElse(""));
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertEquals(304, bench.get("/console/console.css", "If-None-Match", tag).statusCode());
    assertEquals(200, bench.get("/console/console.css", "If-None-Match", "\"x\"").statusCode());
  }

  @Test
  void overviewShowsTheHourAndLinksItsNumbers() throws Exception {
    busy();
    String page = bench.get("/console").body();
    assertTrue(page.contains("1,234 accepted"), page);
    assertTrue(page.contains("p50 15 ms, p95 25 s"), page);
    assertTrue(page.contains(">100 s</span>"), page);
    assertTrue(page.contains("1,200 dispatched, 4 open, 30 failed"), page);
    assertTrue(page.contains("/console/pipelines?service=tiny&amp;within=PT1H\">1,234</a>"), page);
    assertTrue(page.contains("/console/pipelines?service=tiny&amp;state=FAILED\">7</a>"), page);
    assertTrue(page.contains("/console/refused?service=tiny\">9</a>"), page);
  }

  @Test
  void whatWasNotCountedToItsEndIsToldSo() throws Exception {
    busy();
    assertFalse(bench.get("/console").body().matches("(?s).*\\d\\+<.*"));
    bench.records.depth =
        new OutboxDepth(999_000, 100, 900, OutboxDepth.MOST_COUNTED, Duration.ofMillis(1500));
    bench.records.standings =
        List.of(
            new Standing("github", 700_000, 100, Duration.ofMinutes(1), 1_999, 0),
            new Standing("slack", 299_900, 0, Duration.ofMinutes(1), 1, 2_000));
    bench.pass(Duration.ofSeconds(3));
    String page = bench.get("/console").body();
    for (String counted :
        List.of("999,900+", "1,000,000+", "2,000+", "700,000+", "299,900+", "1,999+", "1+")) {
      assertTrue(page.contains(">" + counted + "<"), counted);
    }
  }

  private void busy() {
    var tally =
        new Tally(
            1234, 1200, 30, Optional.of(new Lag(Duration.ofMillis(15), Duration.ofSeconds(25))));
    bench.records.activity = Map.of(58, tally);
    bench.records.ofServices = Map.of("tiny", tally);
    bench.records.standings = List.of(new Standing("tiny", 4, 1, Duration.ofSeconds(70), 7, 9));
  }

  @Test
  void theHourIsReadOnceForManyWhoLook() throws Exception {
    bench.get("/console");
    int before = bench.records.hoursRead.get();
    bench.get("/console");
    assertEquals(before, bench.records.hoursRead.get());
    bench.pass(Duration.ofSeconds(3));
    bench.get("/console");
    assertEquals(before + 1, bench.records.hoursRead.get());
  }

  @Test
  void whatFewFitIsLookedForAWhile() throws Exception {
    bench.pipeline("push e1 octo/widgets", FAILED);
    bench.records.next = Optional.of(Samples.uuid(Samples.NOON.minus(Duration.ofDays(3))));
    bench.records.tookATenth = () -> bench.pass(Duration.ofMillis(100));

    bench.records.emptyParts.set(9);
    String found = bench.get("/console/pipelines?repository=octo%2Frare").body();
    assertTrue(found.contains("octo/widgets</bdi>"), found);

    bench.records.emptyParts.set(100);
    String notYet = bench.get("/console/pipelines?repository=octo%2Frare").body();
    assertEquals(90, bench.records.emptyParts.get());
    assertTrue(notYet.contains("Nothing fits, back to <time datetime=\"2026-02-26T"), notYet);
    assertTrue(notYet.contains("Look further back"), notYet);
    assertFalse(notYet.contains("Replay what"), notYet);
  }

  @Test
  void listIsNarrowedAndGoesOn() throws Exception {
    bench.pipeline("push e1 octo/widgets", FAILED);
    UUID next = Samples.uuid(Samples.NOON);
    bench.records.next = Optional.of(next);
    String page =
        bench
            .get(
                "/console/pipelines?state=FAILED&service=tiny&event_type=push"
                    + "&repository=octo%2Fwidgets&within=PT1H")
            .body();
    var asked = bench.askedFor();
    assertEquals(Optional.of(PipelineState.Name.FAILED), asked.state());
    assertEquals(Optional.of("tiny"), asked.service());
    assertEquals(Optional.of("push"), asked.eventType());
    assertEquals(Optional.of("octo/widgets"), asked.repository());
    assertEquals(Optional.of(Samples.NOON.minus(Duration.ofHours(1))), asked.since());
    assertTrue(page.contains("value=\"octo/widgets\""), page);
    assertTrue(page.contains("<option value=\"FAILED\" selected>"), page);
    assertTrue(page.contains("503 from ci"), page);

    assertTrue(page.contains("Look further back"), "it is not full: " + page);
    assertTrue(page.contains("looked back to"), page);
    String older = page.replaceAll("(?s).*href=\"([^\"]*cursor=[^\"]*)\".*", "$1");
    bench.get(older.replace("&amp;", "&"));
    assertEquals(Optional.of(next), bench.records.askedAfter);
    assertEquals(asked, bench.askedFor());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/pipelines?state=%3Cimg%3E",
        "/console/pipelines?nonsense=1",
        "/console/pipelines?since=yesterday",
        "/console/pipelines?since=-1000000000-01-01T00:00:00Z",
        "/console/refused?until=%2B10000-01-01T00:00:00Z",
        "/console/pipelines?cursor=x",
        "/console/pipelines?state=FAILED&state=FAILED",
        "/console/refused?state=FAILED",
        "/console/pauses?done=a&done=b"
      })
  void whatCannotBeUnderstoodIsSaid(String path) throws Exception {
    var answer = bench.get(path);
    assertEquals(400, answer.statusCode());
    assertFalse(answer.body().contains("<img>"), answer.body());
  }

  @Test
  void onePipelineIsShownWhole() throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    String page = bench.get("/console/pipelines/" + id).body();
    assertTrue(page.contains(id.toString()), page);
    assertTrue(page.contains("503 from ci"), page);
    assertTrue(page.contains("push e1 octo/widgets"), page);
    assertTrue(page.contains("/replay\""), page);
  }

  @Test
  void whatIsOnItsWayOffersNoReplay() throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", new Received(Samples.NOON));
    assertFalse(bench.get("/console/pipelines/" + id).body().contains("/replay\""));
  }

  @Test
  void hostileTextIsTextEverywhere() throws Exception {
    var event =
        Samples.anEvent()
            .service(Bench.TINY)
            .eventType(HOSTILE)
            .eventId(HOSTILE)
            .userRequest(HOSTILE)
            .action(HOSTILE)
            .rawPayload(
                RawBody.of(
                    ("{\"x\":\"" + HOSTILE.replace("\"", "") + "\"}")
                        .getBytes(StandardCharsets.UTF_8)))
            .build();
    PipelineId id = bench.pipeline(event, "push e1 o/w", new Failed(1, Samples.NOON, HOSTILE));
    UUID refused = bench.refused(HOSTILE, HOSTILE);
    for (String path :
        List.of(
            "/console",
            "/console/pipelines",
            "/console/pipelines/" + id,
            "/console/pipelines/" + id + "/replay",
            "/console/refused",
            "/console/refused/" + refused,
            "/console/pauses/pause?target=%3Cimg%20src=x%3E",
            "/console/pipelines?event_type=%22%3E%3Cimg%20src=x%3E",
            "/console/login?x=%3Cimg%20src=x%3E")) {
      String page = bench.get(path).body();
      assertFalse(page.contains("<img"), page);
      assertFalse(page.contains("<b>"), page);
    }
    assertTrue(
        bench
            .get("/console/pipelines/" + id)
            .body()
            .contains("&lt;img src=x onerror=alert(1)&gt;"));
  }

  @Test
  void payloadIsTakenAwayAsBytesThatNoBrowserShows() throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    UUID refused = bench.refused("push e2 octo/widgets", "no");
    assertDownload("push e1 octo/widgets", "/console/pipelines/%s/payload".formatted(id));
    assertDownload("push e2 octo/widgets", "/console/refused/%s/payload".formatted(refused));
  }

  private void assertDownload(String bytes, String path) throws Exception {
    var answer = bench.get(path);
    assertEquals(bytes, answer.body());
    var headers = answer.headers();
    assertEquals("application/octet-stream", headers.firstValue("Content-Type").orElse(""));
    assertTrue(headers.firstValue("Content-Disposition").orElse("").startsWith("attachment;"));
    assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""));
  }

  @Test
  void replayIsAskedAboutAndThenDone() throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    String question = "/console/pipelines/%s/replay".formatted(id);
    assertEquals(200, bench.get(question).statusCode());
    assertEquals(FAILED, state(id), "asking changes nothing");

    var done = bench.post(question, Map.of("csrf", bench.csrf(question)));

    assertEquals(303, done.statusCode());
    assertEquals(new Received(Samples.NOON), state(id));
    String after = bench.get(done.headers().firstValue("Location").orElseThrow()).body();
    assertTrue(after.contains("Opened again"), after);
  }

  @Test
  void replayThatCannotBeIsExplained() throws Exception {
    PipelineId open = bench.pipeline("push e1 octo/widgets", new Received(Samples.NOON));
    assertEquals(409, replay("pipelines", open.toString()).statusCode());
    PipelineId unreadable = bench.pipeline("fork e2 octo/widgets", new Dispatched(1, Samples.NOON));
    assertEquals(422, replay("pipelines", unreadable.toString()).statusCode());
    UUID refused = bench.refused("fork e3 octo/widgets", "no");
    assertEquals(422, replay("refused", refused.toString()).statusCode());
    UUID handshake = bench.refused("ping", "no");
    assertEquals(422, replay("refused", handshake.toString()).statusCode());
    assertEquals(404, replay("pipelines", UUID.randomUUID().toString()).statusCode());
    assertEquals(404, replay("refused", "x").statusCode());
  }

  private HttpResponse<String> replay(String what, String id) throws Exception {
    return bench.post(
        "/console/%s/%s/replay".formatted(what, id),
        Map.of("csrf", bench.csrf("/console/pauses/pause")));
  }

  @Test
  void refusedDeliveryThatIsTakenTodayBecomesAPipeline() throws Exception {
    UUID refused = bench.refused("push e1 octo/widgets", "no");
    var done = replay("refused", refused.toString());
    assertEquals(303, done.statusCode());
    assertTrue(done.headers().firstValue("Location").orElse("").startsWith("/console/pipelines/"));
    assertEquals(Map.of(), bench.store.refused);
  }

  @Test
  void whatAFilterFindsIsReplayedAfterALookAhead() throws Exception {
    PipelineId first = bench.pipeline("push e1 octo/widgets", FAILED);
    PipelineId second = bench.pipeline("push e2 octo/widgets", FAILED);
    String question = "/console/pipelines/replay?state=FAILED";
    String page = bench.get(question).body();
    assertTrue(page.contains("2 would be replayed"), page);

    var done =
        bench.post(
            "/console/pipelines/replay", Map.of("state", "FAILED", "csrf", bench.csrf(question)));

    assertEquals(303, done.statusCode());
    assertEquals(
        "/console/pipelines?state=FAILED&done=replayed-2",
        done.headers().firstValue("Location").orElse(""));
    assertEquals(new Received(Samples.NOON), state(first));
    assertEquals(new Received(Samples.NOON), state(second));
    assertEquals(Optional.of(PipelineState.Name.FAILED), bench.askedFor().state());
  }

  @Test
  void pauseIsAskedAboutSetShownAndLifted() throws Exception {
    String question = "/console/pauses/pause?service=tiny&target=ci";
    assertTrue(bench.get(question).body().contains("events of tiny to the target ci"));
    String csrf = bench.csrf(question);
    assertEquals(List.of(), bench.store.paused);

    var fields = Map.of("service", "tiny", "target", "ci", "csrf", csrf);
    assertEquals(303, bench.post("/console/pauses/pause", fields).statusCode());

    assertEquals(
        List.of(new PauseScope(Optional.of(Bench.TINY), Optional.of("ci"))),
        bench.store.paused.stream().map(Pause::scope).toList());
    assertTrue(bench.get("/console").body().contains(">1 pause<"));
    assertTrue(bench.get("/console/pauses").body().contains("Resume…"));
    assertEquals(303, bench.post("/console/pauses/resume", fields).statusCode());
    assertEquals(List.of(), bench.store.paused);
    assertEquals(409, bench.post("/console/pauses/resume", fields).statusCode());
  }

  @Test
  void everyActionIsOneLineInTheLog() throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    PipelineId second = bench.pipeline("push e2 octo/widgets", FAILED);
    UUID refused = bench.refused("push e3 octo/widgets", "no");
    String csrf = bench.csrf("/console/pauses/pause");
    replay("pipelines", id.toString());
    var found = Map.of("state", "FAILED", "within", "", "csrf", csrf);
    bench.post("/console/pipelines/replay", found);
    replay("refused", refused.toString());
    var scope = Map.of("service", "tiny", "target", "", "csrf", csrf);
    bench.post("/console/pauses/pause", scope);
    bench.post("/console/pauses/resume", scope);
    bench.post("/console/pauses/resume", scope);
    bench.post("/console/pauses/pause", Map.of("service", "", "target", "ci", "csrf", "wrong"));

    assertEquals(new Received(Samples.NOON), state(second));
    String acted = "INFO operator acted action=";
    String from = " address=127.0.0.1 via=console request_id=";
    assertEquals(
        List.of(
            acted + "replay_pipeline pipeline_id=" + id + " result=reopened" + from,
            acted + "replay_pipelines state=FAILED result=1" + from,
            acted
                + "replay_refused refused_id="
                + refused
                + " result=accepted as "
                + bench.store.first("e3")
                + from,
            acted + "pause service=tiny target=all result=paused" + from,
            acted + "resume service=tiny target=all result=resumed" + from,
            acted + "resume service=tiny target=all result=no such pause" + from),
        bench.lines.written.stream().map(line -> line.replaceFirst("[0-9a-f-]{36}$", "")).toList());
  }

  @Test
  void everythingCanBePaused() throws Exception {
    String csrf = bench.csrf("/console/pauses/pause");
    bench.post("/console/pauses/pause", Map.of("service", "", "target", "", "csrf", csrf));
    assertEquals(PauseScope.EVERYTHING, bench.store.paused.getFirst().scope());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wrong"})
  void formOfAnotherChangesNothing(String csrf) throws Exception {
    PipelineId id = bench.pipeline("push e1 octo/widgets", FAILED);
    for (String path :
        List.of(
            "/console/pipelines/%s/replay".formatted(id),
            "/console/pipelines/replay",
            "/console/pauses/pause",
            "/console/logout")) {
      assertEquals(403, bench.post(path, Map.of("csrf", csrf)).statusCode(), path);
    }
    assertEquals(FAILED, state(id));
    assertEquals(List.of(), bench.store.paused);
  }

  @ParameterizedTest
  @CsvSource({"Origin, https://evil.example", "Origin, null", "Sec-Fetch-Site, cross-site"})
  void pageOfAnotherOriginChangesNothing(String header, String value) throws Exception {
    String csrf = bench.csrf("/console/pauses/pause");
    var answer = bench.post("/console/pauses/pause", Map.of("csrf", csrf), header, value);
    assertEquals(403, answer.statusCode());
    assertEquals(List.of(), bench.store.paused);
  }

  @Test
  void otherBodiesThanFormsAreNotTaken() throws Exception {
    String csrf = bench.csrf("/console/pauses/pause");
    var answer =
        bench.send(
            bench
                .to("/console/pauses/pause")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("csrf=" + csrf)));
    assertEquals(400, answer.statusCode());
    assertEquals(
        413, bench.post("/console/pauses/pause", Map.of("csrf", "x".repeat(20_000))).statusCode());
    assertEquals(List.of(), bench.store.paused);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /console/nothing, 404",
    "GET, /console/pipelines/x, 404",
    "GET, /console/pipelines/01a20bc0-19ab-7572-956f-dca0945af435, 404",
    "GET, /console/pipelines/01a20bc0-19ab-7572-956f-dca0945af435/payload, 404",
    "GET, /console/refused/01a20bc0-19ab-7572-956f-dca0945af435, 404",
    "GET, /console/refused/x/replay, 404",
    "GET, /consolex, 404",
    "DELETE, /console/pipelines, 405",
    "POST, /, 405",
    "PUT, /console/login, 405",
    "POST, /console/console.css, 405"
  })
  void whatIsNotThereIsNotThere(String method, String path, int status) throws Exception {
    assertEquals(
        status, bench.send(bench.to(path).method(method, BodyPublishers.noBody())).statusCode());
  }

  @Test
  void databaseThatIsAwayIsSaid() throws Exception {
    bench.store.away = true;
    for (String path : List.of("/console", "/console/pipelines", "/console/pauses")) {
      var answer = bench.get(path);
      assertEquals(503, answer.statusCode());
      assertTrue(answer.body().contains("The database is away"), answer.body());
    }
  }

  @Test
  void noticesAreOfOurOwnWords() throws Exception {
    assertTrue(bench.get("/console/pauses?done=paused").body().contains("Paused."));
    String page = bench.get("/console/pauses?done=call-this-number").body();
    assertFalse(page.contains("call-this-number"), page);
  }

  private PipelineState state(PipelineId id) {
    return bench.store.find(id).orElseThrow().pipeline().state();
  }
}
