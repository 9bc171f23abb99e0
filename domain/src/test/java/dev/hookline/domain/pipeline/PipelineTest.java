package dev.hookline.domain.pipeline;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Postponed;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PipelineTest {
  private static final Instant LATER = NOON.plusSeconds(60);
  private static final Pattern EDGE =
      Pattern.compile("(?m)^\\s*([A-Z]+) --> ([A-Z]+) ?: ?(begin|settle|bypass|replay)$");

  private static final PipelineState RECEIVED = new Received(NOON);
  private static final PipelineState ATTEMPTING = new Attempting(2, NOON);
  private static final PipelineState LAST_ATTEMPT = new Attempting(3, NOON);
  private static final PipelineState RETRYING = new Retrying(1, NOON, LATER, "503");
  private static final PipelineState DISPATCHED = new Dispatched(1, NOON);
  private static final PipelineState FAILED = new Failed(3, NOON, "503");

  private static final List<PipelineState> STATES =
      List.of(RECEIVED, ATTEMPTING, LAST_ATTEMPT, RETRYING, DISPATCHED, FAILED);

  private record Step(String verb, String what, UnaryOperator<Pipeline> take) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static final Step BEGIN = new Step("begin", "begin", p -> p.begin(THREE_TIMES, LATER));
  private static final Step TAKEN = settling("taken", new Delivered());
  private static final Step REFUSED = settling("put off", new TryAgain("504"));
  private static final Step GIVEN_UP = settling("given up", new GiveUp("410"));
  private static final Step POSTPONED =
      settling("postponed", new Postponed("away", Duration.ofSeconds(5)));
  private static final Step BYPASS = new Step("bypass", "bypass", p -> p.bypass(LATER));
  private static final Step REPLAY = new Step("replay", "replay", p -> p.replay(p.event(), LATER));

  private static final List<Step> STEPS =
      List.of(BEGIN, TAKEN, REFUSED, POSTPONED, GIVEN_UP, BYPASS, REPLAY);

  private static Step settling(String what, Outcome outcome) {
    return new Step("settle", what, p -> p.settle(outcome, THREE_TIMES, LATER));
  }

  /** What a step makes of a state; nothing means that the step is refused. */
  private record Expectation(PipelineState state, Step step, Optional<PipelineState> next) {}

  private static final List<Expectation> TABLE =
      List.of(
          goes(RECEIVED, BEGIN, new Attempting(1, LATER)),
          refused(RECEIVED, TAKEN),
          refused(RECEIVED, REFUSED),
          refused(RECEIVED, GIVEN_UP),
          refused(RECEIVED, POSTPONED),
          goes(RECEIVED, BYPASS, new Dispatched(0, LATER)),
          refused(RECEIVED, REPLAY),
          goes(ATTEMPTING, BEGIN, new Attempting(3, LATER)),
          goes(ATTEMPTING, TAKEN, new Dispatched(2, LATER)),
          goes(ATTEMPTING, REFUSED, new Retrying(2, LATER, LATER, "504")),
          goes(ATTEMPTING, GIVEN_UP, new Failed(2, LATER, "410")),
          goes(ATTEMPTING, POSTPONED, new Retrying(1, LATER, LATER, "away")),
          goes(ATTEMPTING, BYPASS, new Dispatched(2, LATER)),
          refused(ATTEMPTING, REPLAY),
          goes(LAST_ATTEMPT, BEGIN, new Failed(3, LATER, "worker lost")),
          goes(LAST_ATTEMPT, TAKEN, new Dispatched(3, LATER)),
          goes(LAST_ATTEMPT, REFUSED, new Failed(3, LATER, "504")),
          goes(LAST_ATTEMPT, GIVEN_UP, new Failed(3, LATER, "410")),
          goes(LAST_ATTEMPT, POSTPONED, new Retrying(2, LATER, LATER, "away")),
          goes(LAST_ATTEMPT, BYPASS, new Dispatched(3, LATER)),
          refused(LAST_ATTEMPT, REPLAY),
          goes(RETRYING, BEGIN, new Attempting(2, LATER)),
          refused(RETRYING, TAKEN),
          refused(RETRYING, REFUSED),
          refused(RETRYING, GIVEN_UP),
          refused(RETRYING, POSTPONED),
          goes(RETRYING, BYPASS, new Dispatched(1, LATER)),
          refused(RETRYING, REPLAY),
          refused(DISPATCHED, BEGIN),
          refused(DISPATCHED, TAKEN),
          refused(DISPATCHED, REFUSED),
          refused(DISPATCHED, GIVEN_UP),
          refused(DISPATCHED, POSTPONED),
          refused(DISPATCHED, BYPASS),
          goes(DISPATCHED, REPLAY, new Received(LATER)),
          refused(FAILED, BEGIN),
          refused(FAILED, TAKEN),
          refused(FAILED, REFUSED),
          refused(FAILED, GIVEN_UP),
          refused(FAILED, POSTPONED),
          refused(FAILED, BYPASS),
          goes(FAILED, REPLAY, new Received(LATER)));

  private static Expectation goes(PipelineState from, Step step, PipelineState to) {
    return new Expectation(from, step, Optional.of(to));
  }

  private static Expectation refused(PipelineState from, Step step) {
    return new Expectation(from, step, Optional.empty());
  }

  static Stream<Expectation> everyPair() {
    return TABLE.stream();
  }

  @ParameterizedTest
  @MethodSource("everyPair")
  void everyStepOfEveryStateGoesWhereItShouldOrIsRefused(Expectation expected) {
    Pipeline before = aPipeline().in(expected.state()).build();
    expected
        .next()
        .ifPresentOrElse(
            next -> {
              Pipeline after = expected.step().take().apply(before);
              assertEquals(withoutJitter(next), withoutJitter(after.state()));
              assertSame(before.id(), after.id());
            },
            () ->
                assertThrows(
                    IllegalTransitionException.class, () -> expected.step().take().apply(before)));
  }

  private static PipelineState withoutJitter(PipelineState state) {
    return state instanceof Retrying(int attempts, Instant at, _, String error)
        ? new Retrying(attempts, at, Instant.EPOCH, error)
        : state;
  }

  @Test
  void theTableHasEveryPair() {
    var pairs = TABLE.stream().map(e -> List.of(e.state(), e.step())).distinct().toList();
    assertEquals(STATES.size() * STEPS.size(), pairs.size());
  }

  @Test
  void theDiagramInTheReadmeShowsExactlyTheStepsThatArePossible() throws IOException {
    var possible =
        TABLE.stream()
            .filter(e -> e.next().isPresent())
            .map(
                e ->
                    "%s --> %s : %s"
                        .formatted(
                            e.state().name(), e.next().orElseThrow().name(), e.step().verb()))
            .collect(Collectors.toCollection(TreeSet::new));
    String readme = Files.readString(Path.of("..", "README.md"));
    var drawn =
        EDGE.matcher(readme)
            .results()
            .map(PipelineTest::edge)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(possible, drawn);
  }

  private static String edge(MatchResult edge) {
    return "%s --> %s : %s".formatted(edge.group(1), edge.group(2), edge.group(3));
  }

  @Test
  void lastAllowedFailureEndsInFailed() {
    Pipeline dead = aPipeline().onAttempt(3).build().settle(new TryAgain("503"), THREE_TIMES, NOON);
    assertEquals(new Failed(3, NOON, "503"), dead.state());
  }

  @Test
  void theNextAttemptWaitsAtLeastAsLongAsTheTargetAsked() {
    var asked = new TryAgain("429", Duration.ofMinutes(30));
    Pipeline waiting = aPipeline().onAttempt(1).build().settle(asked, THREE_TIMES, NOON);
    var retrying = assertInstanceOf(Retrying.class, waiting.state());
    assertEquals(NOON.plus(Duration.ofMinutes(30)), retrying.nextAttempt());
  }

  @Test
  void anAttemptAtATargetThatIsAwayDoesNotCount() {
    var away = new Postponed("HTTP 503", Duration.ofMinutes(2));
    Pipeline waiting = aPipeline().onAttempt(1).build().settle(away, THREE_TIMES, NOON);
    assertEquals(
        new Retrying(0, NOON, NOON.plus(Duration.ofMinutes(2)), "HTTP 503"), waiting.state());
    assertEquals(new Attempting(1, LATER), waiting.begin(THREE_TIMES, LATER).state());
  }

  @Test
  void aReplayTakesTodaysReadingAndKeepsTheId() {
    Pipeline over = aPipeline().in(FAILED).build();
    var today = anEvent().eventType("push").build();
    Pipeline again = over.replay(today, LATER);
    assertEquals(over.id(), again.id());
    assertEquals(today, again.event());
    assertEquals(0, again.state().attempts());
  }

  @Test
  void aNewPipelineIsReceivedWhenItsEventWas() {
    var event = anEvent().createdAt(LATER).build();
    Pipeline fresh = Pipeline.received(aPipeline().build().id(), event);
    assertEquals(new Received(LATER), fresh.state());
  }

  @Test
  void attemptsCountFromOne() {
    assertThrows(IllegalArgumentException.class, () -> new Attempting(0, NOON));
    assertThrows(IllegalArgumentException.class, () -> new Failed(0, NOON, ""));
    assertThrows(IllegalArgumentException.class, () -> new Retrying(-1, NOON, LATER, ""));
    assertThrows(IllegalArgumentException.class, () -> new Dispatched(-1, NOON));
  }

  @Test
  void anIdIsReadOnlyFromACanonicalUuid() {
    var id = aPipeline().build().id();
    assertEquals(Optional.of(id), PipelineId.parse(id.toString()));
    assertFalse(PipelineId.parse("1-1-1-1-1").isPresent());
    assertFalse(PipelineId.parse("nonsense").isPresent());
  }

  @Test
  void everyStepOfAReplayTooKeepsItsOrigin() {
    var trace = new TraceContext("a".repeat(32), "b".repeat(16), 1, "c=d");
    var origin = new Origin(Optional.of("r1"), Optional.of(trace));
    var received = Pipeline.received(aPipeline().build().id(), anEvent().build(), origin);

    Pipeline failed =
        received.begin(THREE_TIMES, LATER).settle(new GiveUp("410"), THREE_TIMES, LATER);
    Pipeline again = failed.replay(failed.event(), LATER).begin(THREE_TIMES, LATER);

    assertEquals(origin, failed.origin());
    assertEquals(origin, again.origin());
  }
}
