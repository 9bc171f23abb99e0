package dev.hookline.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration AT_ONCE = Duration.ZERO;

  private final ByteBudget budget = new ByteBudget(80, 6);

  private ByteBudget.Share ofNobody() {
    return budget.open(Optional.empty());
  }

  private ByteBudget.Share of(String sender) {
    return budget.open(Optional.of(sender));
  }

  /** Grows it in a thread of its own, which waits by now. */
  private static FutureTask<Boolean> waitToGrow(ByteBudget.Share body, long bytes) {
    var grown = new FutureTask<>(() -> body.grow(bytes, LONG));
    Thread waiting = Thread.ofPlatform().start(grown);
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertFalse(grown.isDone());
    return grown;
  }

  private static void assertGrows(FutureTask<Boolean> grown) throws Exception {
    assertTrue(grown.get(30, TimeUnit.SECONDS));
  }

  @Test
  void whatIsGivenBackIsThereAgain() throws Exception {
    try (var body = ofNobody()) {
      assertTrue(body.begin(10, AT_ONCE));
      assertTrue(body.grow(30, AT_ONCE));
      body.giveBack(10);
      assertEquals(50, budget.free());
    }
    assertEquals(80, budget.free());
  }

  @Test
  void anEighthIsKeptForSmallBodies() throws Exception {
    try (var favoured = ofNobody();
        var large = ofNobody();
        var small = ofNobody()) {
      assertTrue(favoured.begin(10, AT_ONCE));
      assertTrue(favoured.grow(90, AT_ONCE));
      assertTrue(large.begin(60, AT_ONCE));
      assertFalse(large.grow(11, AT_ONCE));
      assertTrue(large.grow(10, AT_ONCE));
      assertEquals(10, budget.free());
      var waiting = waitToGrow(large, 7);
      assertTrue(small.begin(4, AT_ONCE));
      assertTrue(small.grow(6, AT_ONCE), "past the large one");
      assertEquals(0, budget.free());
      small.giveBack(10);
      assertFalse(waiting.isDone());
      large.giveBack(10);
      assertGrows(waiting);
    }
    assertEquals(80, budget.free());
  }

  @Test
  void whatHasNotBegunIsTurnedAwayAtOnceWhereNothingIsLeft() throws Exception {
    try (var large = ofNobody();
        var small = ofNobody()) {
      assertTrue(large.begin(70, AT_ONCE));
      assertFalse(small.begin(11, LONG));
    }
  }

  @Test
  void oneBodyInWantGoesBeyondAndTheNextHasItsTurnOnceThatIsDone() throws Exception {
    var first = ofNobody();
    assertTrue(first.begin(50, AT_ONCE));
    assertTrue(first.grow(100, AT_ONCE));
    assertEquals(80, budget.free(), "it is beside the budget, with all that it has");
    var second = ofNobody();
    assertFalse(second.grow(100, AT_ONCE));
    var grown = waitToGrow(second, 100);

    first.close();

    assertGrows(grown);
    second.close();
    assertEquals(80, budget.free());
  }

  @Test
  void whoBeganFirstGrowsFirstHoweverLateItWants() throws Exception {
    try (var favoured = ofNobody();
        var elder = ofNobody();
        var younger = ofNobody();
        var large = ofNobody()) {
      assertTrue(favoured.begin(10, AT_ONCE));
      assertTrue(favoured.grow(90, AT_ONCE));
      assertTrue(elder.begin(10, AT_ONCE));
      assertTrue(younger.begin(10, AT_ONCE));
      assertTrue(large.begin(50, AT_ONCE));
      var youngers = waitToGrow(younger, 20);
      var elders = waitToGrow(elder, 20);

      large.giveBack(30);

      assertGrows(elders);
      assertFalse(youngers.isDone());
      elder.giveBack(20);
      assertGrows(youngers);
    }
    assertEquals(80, budget.free());
  }

  @Test
  void noSenderHoldsMoreThanHalfOfWhatIsBeingRead() throws Exception {
    try (var favoured = of("slow");
        var some = of("slow");
        var more = of("slow");
        var honest = of("honest")) {
      assertTrue(favoured.begin(50, AT_ONCE), "one goes beyond");
      assertTrue(some.begin(40, AT_ONCE));
      assertFalse(more.begin(1, AT_ONCE));
      assertEquals(40, budget.free());
      assertTrue(honest.begin(30, AT_ONCE));
    }
    assertEquals(80, budget.free());
  }

  @Test
  void whoseSenderHasItsHalfWaitsAndNobodyBehindDoes() throws Exception {
    var favoured = of("slow");
    assertTrue(favoured.begin(50, AT_ONCE));
    var some = of("slow");
    assertTrue(some.begin(40, AT_ONCE));
    var more = of("slow");
    var waiting = waitToGrow(more, 20);
    try (var honest = of("honest");
        var nobody = ofNobody()) {
      assertTrue(honest.begin(10, AT_ONCE));
      assertTrue(honest.grow(10, AT_ONCE));
      assertTrue(nobody.begin(10, AT_ONCE));
    }
    assertFalse(waiting.isDone());

    some.giveBack(21);

    assertGrows(waiting);
    more.close();
    some.close();
    favoured.close();
    assertEquals(80, budget.free());
  }

  @Test
  void theFavourGoesToOneWhoseSenderHasRoomBeforeOneWhoCameFirst() throws Exception {
    var favoured = of("slow");
    assertTrue(favoured.begin(50, AT_ONCE));
    var some = of("slow");
    assertTrue(some.begin(40, AT_ONCE));
    var more = of("slow");
    var greedy = waitToGrow(more, 20);
    var large = ofNobody();
    var honest = waitToGrow(large, 35);

    favoured.close();

    assertGrows(honest);
    assertFalse(greedy.isDone());
    large.close();
    assertGrows(greedy);
    more.close();
    some.close();
    assertEquals(80, budget.free());
  }

  @Test
  void whatIsReadCountsForItsSenderNoLonger() throws Exception {
    try (var favoured = of("busy");
        var read = of("busy");
        var next = of("busy")) {
      assertTrue(favoured.begin(50, AT_ONCE));
      assertTrue(read.begin(40, AT_ONCE));
      assertFalse(next.begin(1, AT_ONCE));
      read.isRead();
      assertEquals(40, budget.free());
      assertTrue(next.grow(30, AT_ONCE));
    }
    assertEquals(80, budget.free());
  }

  @Test
  void whatIsGivenBackOnceAllIsReadIsTakenFromItsSenderOnce() throws Exception {
    try (var read = of("busy");
        var next = of("busy");
        var more = of("busy")) {
      assertTrue(read.begin(40, AT_ONCE));
      read.isRead();
      read.giveBack(30);
      assertEquals(70, budget.free());
      assertTrue(next.begin(40, AT_ONCE), "it has its half again");
      assertTrue(more.begin(1, AT_ONCE), "one goes beyond");
      assertFalse(next.grow(1, AT_ONCE), "and no second one");
    }
    assertEquals(80, budget.free());
  }

  /** A server that reads one body within the time and answers with what came of it. */
  private static HttpServer reader(
      Duration timeout, ByteBudget budget, Function<BodyReading, String> answer) {
    var limits = new HttpServer.Limits("127.0.0.1", 0, 10_000, 10, timeout, Duration.ofSeconds(1));
    return new HttpServer(
            limits,
            HttpServer.Peers.ALL,
            request ->
                Answer.of(
                    200,
                    "text/plain",
                    answer.apply(request.readBody(100_000, budget)).getBytes(UTF_8)),
            (_, defect) -> {
              throw new AssertionError(defect);
            },
            () -> "id")
        .start();
  }

  @Test
  void ofABodyThatIsReadWhatItHasIsHeldAndNotTheRoomThatItHad() throws Exception {
    var ample = new ByteBudget(100_000);
    try (var server = reader(LONG, ample, _ -> Long.toString(ample.free()));
        var raw = new RawClient(server.port())) {
      String answer =
          raw.send("POST / HTTP/1.1|Host: h|Transfer-Encoding: chunked||5|hello|0||").answer();
      assertTrue(answer.endsWith("\r\n\r\n99995"), answer);
      assertEquals(100_000, ample.free());
    }
  }

  /**
   * There is room for a further step every 0.6 s, which each alone would wait for; but before there
   * is for the last, the two seconds are over.
   */
  @Test
  void waitsOfOneBodyTogetherEndBeforeItsTimeIsOver() throws Exception {
    var tight = new ByteBudget(1_000_000, 1_000_000);
    try (var favoured = tight.open(Optional.empty());
        var others = tight.open(Optional.empty());
        var server =
            reader(Duration.ofSeconds(2), tight, reading -> reading.getClass().getSimpleName());
        var raw = new RawClient(server.port())) {
      assertTrue(favoured.begin(10, AT_ONCE));
      assertTrue(favoured.grow(1_000_000, AT_ONCE));
      assertTrue(others.begin(1_000_000 - 4096, AT_ONCE));
      raw.send("POST / HTTP/1.1|Host: h|Content-Length: 60000||" + "x".repeat(60_000));
      for (int needed : new int[] {8192, 12_288, 20_480}) {
        Thread.sleep(600);
        others.giveBack(needed);
      }
      String answer = raw.answer();
      assertTrue(answer.endsWith("\r\n\r\nNoMemory"), answer);
    }
  }

  @Test
  void ofASenderThatHasItsHalfFewWait() throws Exception {
    var favoured = of("slow");
    assertTrue(favoured.begin(50, AT_ONCE));
    var some = of("slow");
    assertTrue(some.begin(40, AT_ONCE));
    var waiting = new ArrayList<FutureTask<Boolean>>();
    var bodies = new ArrayList<ByteBudget.Share>();
    for (int i = 0; i < ByteBudget.MOST_WAITING; i++) {
      var body = of("slow");
      bodies.add(body);
      waiting.add(waitToGrow(body, 1));
    }
    try (var oneMore = of("slow")) {
      assertFalse(oneMore.begin(1, LONG));
    }
    assertTrue(favoured.grow(100, AT_ONCE), "it waits for nothing");

    some.close();
    favoured.close();

    for (int i = 0; i < ByteBudget.MOST_WAITING; i++) {
      assertGrows(waiting.get(i));
      bodies.get(i).close();
    }
    assertEquals(80, budget.free());
  }

  @Test
  void howeverManyGrowAtOnceAllComeToTheirEnd() throws Exception {
    var tight = new ByteBudget(200, 4);
    var tasks = new ArrayList<FutureTask<Boolean>>();
    var begun = new CountDownLatch(60);
    for (int i = 0; i < 60; i++) {
      Optional<String> sender = i % 3 == 0 ? Optional.empty() : Optional.of("sender" + i % 3);
      var task =
          new FutureTask<>(
              () -> {
                try (var body = tight.open(sender)) {
                  boolean all = body.begin(2, LONG);
                  begun.countDown();
                  begun.await();
                  for (int size = 4; size <= 128; size *= 2) {
                    all &= body.grow(size, LONG);
                    body.giveBack(size / 2);
                  }
                  body.isRead();
                  return all;
                }
              });
      tasks.add(task);
      Thread.startVirtualThread(task);
    }
    for (FutureTask<Boolean> task : tasks) {
      assertTrue(task.get(30, TimeUnit.SECONDS));
    }
    assertEquals(200, tight.free());
  }
}
