package dev.hookline.application.receive;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.Verification;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.testing.Claims;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.LineHandler;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Receiving and replaying, over the stores' fake and a provider that speaks in lines. */
class ReceiveWebhookTest {
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final List<Integer> secrets = new ArrayList<>();
  private final List<Duration> signed = new ArrayList<>();
  private final LineHandler handler = new LineHandler(GITHUB);
  private final Standardizer standardizer =
      new Standardizer(new ServiceHandlerFactory(List.of(handler)));
  private final ReplayPipeline replay =
      new ReplayPipeline(storage.pipelines(), standardizer, clock);
  private final OneAtATime quota = new OneAtATime();
  private final SecretEvidence evidence = new SecretEvidence(storage.secretUses());
  private final ReceiveWebhook receive =
      new ReceiveWebhook(
          standardizer,
          storage.pipelines(),
          storage.refusedDeliveries(),
          replay,
          quota,
          new WebhookMetrics() {
            @Override
            public void received(
                Service service,
                Status status,
                Duration processingTime,
                Optional<TraceContext> trace) {}

            @Override
            public void connectionRefused() {}

            @Override
            public void requestUnreadable() {}

            @Override
            public void signed(Service service, Duration ago) {
              signed.add(ago);
            }

            @Override
            public void secretMatched(Service service, int position) {
              secrets.add(position);
            }
          },
          evidence,
          () -> Samples.uuid(clock.instant()));
  private final ReplayRefused replayRefused =
      new ReplayRefused(
          storage.refusedDeliveries(),
          storage.pipelines(),
          replay,
          standardizer,
          _ -> true,
          () -> Samples.uuid(clock.instant()),
          BUDGET);

  /** Lets one event of a tenant through at once, and each further one a gap later. */
  private static final class OneAtATime implements Quota {
    private final Map<String, Integer> taken = new HashMap<>();
    private Duration gap = Duration.ZERO;
    private CountDownLatch gate = new CountDownLatch(0);

    @Override
    public Duration take(Service service, String tenant) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return taken(service, tenant);
    }

    private synchronized Duration taken(Service service, String tenant) {
      return gap.multipliedBy(taken.merge(service + " " + tenant, 1, Integer::sum) - 1L);
    }

    @Override
    public synchronized void giveBack(Service service, String tenant) {
      taken.merge(service + " " + tenant, -1, Integer::sum);
    }
  }

  private static ServiceProfile profile(boolean replayGuard) {
    return profile(replayGuard, BUDGET);
  }

  private static ServiceProfile profile(boolean replayGuard, Duration budget) {
    return new ServiceProfile(
        GITHUB,
        delivery ->
            delivery
                .headers()
                .only("signature")
                .<Verification>map(_ -> new Verification.Authentic(2, SecretFingerprint.of("s")))
                .orElse(
                    new Verification.Forged(
                        new InvalidSignatureError(InvalidSignatureError.Cause.NOT_PROVEN))),
        budget,
        replayGuard,
        name -> !name.equalsIgnoreCase("signature"));
  }

  private static Delivery signed(String body) {
    return new Delivery(
        GITHUB,
        Headers.ofSingle(Map.of("Signature", "right", "Content-Type", "text/line")),
        RawBody.of(body.getBytes(StandardCharsets.UTF_8)),
        NOON,
        "192.0.2.1");
  }

  private Receipt receive(String body) {
    return receive.receive(signed(body), profile(true), Origin.UNKNOWN);
  }

  private PipelineId accepted(String body) {
    return assertInstanceOf(Receipt.Accepted.class, receive(body)).id();
  }

  private PipelineState state(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state();
  }

  private List<RefusedDelivery> refused() {
    return storage.records().refused(RefusedFilter.ALL, Optional.empty(), 10).items().stream()
        .flatMap(view -> storage.refusedDeliveries().find(view.id()).stream())
        .toList();
  }

  private void fail(PipelineId id) {
    var worker = new WorkerId(UUID.randomUUID());
    var outbox = storage.outbox();
    Set<Lane> lanes = outbox.lease(worker, Duration.ofMinutes(1), Set.of()).lanes();
    OutboxMessage message =
        Claims.due(outbox, lanes, Ordering.STRICT, List.of(), 100).stream()
            .filter(due -> due.pipeline().id().equals(id))
            .findFirst()
            .orElseThrow();
    var begun = message.with(message.pipeline().begin(THREE_TIMES, NOON));
    outbox.record(worker, List.of(begun));
    outbox.record(
        worker, List.of(begun.with(begun.pipeline().settle(new GiveUp("410"), THREE_TIMES, NOON))));
    outbox.release(worker);
  }

  @Test
  void anAuthenticEventIsOnRecordWhenItIsAccepted() {
    var id = accepted("e1 push octo/widgets");
    var view = storage.records().pipeline(id).orElseThrow().pipeline();
    assertEquals("octo/widgets", view.repository());
    assertEquals(new PipelineState.Received(NOON), view.state());
    assertEquals(List.of(2), secrets);
  }

  @Test
  void aForgedDeliveryLeavesNoTrace() {
    var receipt = receive.receive(aDelivery(GITHUB), profile(true), Origin.UNKNOWN);
    var refused = assertInstanceOf(Receipt.Refused.class, receipt);
    assertInstanceOf(InvalidSignatureError.class, refused.error());
    assertEquals(Optional.empty(), refused.kept());
    assertEquals(0, handler.parsed());
    assertEquals(List.of(), refused());
    assertEquals(
        List.of(), storage.records().pipelines(PipelineFilter.ALL, Optional.empty(), 10).items());
  }

  @Test
  void theSameDeliveryStartsNothingTwice() {
    var first = accepted("e1 push octo/widgets");
    var again = assertInstanceOf(Receipt.Duplicate.class, receive("e1 push octo/widgets"));
    assertEquals(first, again.first());
    assertFalse(again.reopened());
  }

  @Test
  void anotherBodyUnderTheSameIdIsTheSameDelivery() {
    accepted("e1 push octo/widgets");
    assertInstanceOf(Receipt.Duplicate.class, receive("e1 push octo/gadgets"));
  }

  @Test
  void aDeliveryOfAFailedPipelineOpensItAgain() {
    var id = accepted("e1 push octo/widgets");
    fail(id);
    var again = assertInstanceOf(Receipt.Duplicate.class, receive("e1 push octo/widgets"));
    assertTrue(again.reopened());
    assertInstanceOf(PipelineState.Received.class, state(id));
  }

  @Test
  void anEventOverItsTenantsQuotaIsAcceptedAndPutOff() {
    quota.gap = Duration.ofHours(1);
    assertEquals(Duration.ZERO, putOff("e1 push octo/widgets"));
    assertEquals(Duration.ofHours(1), putOff("e2 push Octo/gadgets"));
    assertEquals(Duration.ZERO, putOff("e3 push other/widgets"));
    assertEquals(2, due());
    clock.move(Duration.ofHours(1));
    assertEquals(3, due());
  }

  @Test
  void whoeverFindsNoTurnWithinItsBudgetIsPutOff() throws InterruptedException {
    quota.gate = new CountDownLatch(1);
    var busy = new ArrayList<Thread>();
    for (int i = 0; i < ReceiveWebhook.AT_ONCE; i++) {
      String body = "b%d push octo/widgets".formatted(i);
      busy.add(Thread.ofVirtual().start(() -> receive(body)));
    }
    for (Thread thread : busy) {
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    assertThrows(
        StoreUnavailableException.class,
        () ->
            receive.receive(
                signed("e1 push octo/widgets"),
                profile(true, Duration.ofMillis(1)),
                Origin.UNKNOWN));
    assertInstanceOf(
        Receipt.Refused.class, receive.receive(aDelivery(GITHUB), profile(true), Origin.UNKNOWN));
    quota.gate.countDown();
    for (Thread thread : busy) {
      thread.join();
    }
    assertInstanceOf(Receipt.Accepted.class, receive("e1 push octo/widgets"));
  }

  @Test
  void onlyWhatIsAcceptedCountsAgainstTheQuota() {
    quota.gap = Duration.ofHours(1);
    receive("e1 star octo/widgets");
    storage.away(true);
    assertThrows(StoreUnavailableException.class, () -> receive("e2 push octo/widgets"));
    storage.away(false);
    assertEquals(Duration.ZERO, putOff("e2 push octo/widgets"));
    assertInstanceOf(Receipt.Duplicate.class, receive("e2 push octo/widgets"));
    assertEquals(Map.of("github owner/octo", 1), quota.taken);
  }

  @Test
  void replayedRefusalsDoNotCountAgainstTheQuota() {
    quota.gap = Duration.ofHours(1);
    accepted("e1 push octo/widgets");
    receive("e2 push ?");
    handler.mapUnknownTo("octo/inbox");
    replayRefused.replay(refused().getFirst().id());
    assertEquals(2, due());
    assertEquals(Map.of("github owner/octo", 1), quota.taken);
  }

  private Duration putOff(String body) {
    return assertInstanceOf(Receipt.Accepted.class, receive(body)).putOff();
  }

  private int due() {
    var worker = new WorkerId(UUID.randomUUID());
    Set<Lane> lanes = storage.outbox().lease(worker, Duration.ofMinutes(1), Set.of()).lanes();
    int due = Claims.due(storage.outbox(), lanes, Ordering.NONE, List.of(), 100).size();
    storage.outbox().release(worker);
    return due;
  }

  @Test
  void aHandshakeStartsNothing() {
    assertEquals(new Receipt.Handshake(Map.of("status", "pong")), receive("ping"));
    assertEquals(List.of(), refused());
  }

  @Test
  void whatIsUnsupportedIsKeptWithItsReason() {
    var refused = assertInstanceOf(Receipt.Refused.class, receive("e1 star octo/widgets"));
    assertEquals(new UnsupportedEventError("star"), refused.error());
    assertTrue(refused.kept().isPresent());
    RefusedDelivery kept = refused().getFirst();
    assertEquals("UnsupportedEventError", kept.error());
    assertEquals(Optional.of("star"), kept.eventType());
    assertEquals(Optional.of("e1"), kept.eventId());
    assertEquals(
        "e1 star octo/widgets", new String(kept.delivery().body().bytes(), StandardCharsets.UTF_8));
    assertEquals(Optional.empty(), kept.delivery().headers().only("signature"));
  }

  @Test
  void whatIsMalformedIsKeptWithItsReason() {
    var refused = assertInstanceOf(Receipt.Refused.class, receive("nonsense"));
    assertInstanceOf(InvalidPayloadError.class, refused.error());
    assertEquals("InvalidPayloadError", refused().getFirst().error());
  }

  @Test
  void whatHasNoRepositoryIsKeptAndCanBeReplayedOnceThatIsMended() {
    var refused = assertInstanceOf(Receipt.Refused.class, receive("e1 push ?"));
    assertInstanceOf(RepositoryContextError.class, refused.error());
    UUID id = refused().getFirst().id();

    assertInstanceOf(ReplayRefused.Replay.StillRefused.class, replayRefused.replay(id));
    assertEquals(1, refused().size());

    handler.mapUnknownTo("octo/inbox");
    var replayed = assertInstanceOf(ReplayRefused.Replay.Accepted.class, replayRefused.replay(id));
    assertEquals(new PipelineState.Received(NOON), state(replayed.id()));
    assertEquals(List.of(), refused());
    assertInstanceOf(ReplayRefused.Replay.Unknown.class, replayRefused.replay(id));
  }

  @Test
  void whatReadsAsAHandshakeTodayStaysRefused() {
    var kept =
        new RefusedDelivery(
            Samples.uuid(NOON),
            signed("ping"),
            "InvalidPayloadError",
            "not a line",
            Optional.empty(),
            Optional.empty());
    storage.refusedDeliveries().keep(kept, BUDGET);
    assertInstanceOf(ReplayRefused.Replay.StillRefused.class, replayRefused.replay(kept.id()));
    assertEquals(List.of(kept), refused());
  }

  @Test
  void aRefusedDeliveryThatWasSentAgainMeanwhileIsNotStartedTwice() {
    receive("e1 push ?");
    handler.mapUnknownTo("octo/inbox");
    var sentAgain = accepted("e1 push ?");
    var replayed =
        assertInstanceOf(
            ReplayRefused.Replay.Accepted.class, replayRefused.replay(refused().getFirst().id()));
    assertEquals(sentAgain, replayed.id());
  }

  @Test
  void aRefusedDeliveryThatWasSentAgainAndFailedIsOpenedAgain() {
    receive("e1 push ?");
    handler.mapUnknownTo("octo/inbox");
    var sentAgain = accepted("e1 push ?");
    fail(sentAgain);
    replayRefused.replay(refused().getFirst().id());
    assertInstanceOf(PipelineState.Received.class, state(sentAgain));
  }

  @Test
  void aDatabaseThatIsAwayIsNoAcceptance() {
    storage.away(true);
    assertThrows(StoreUnavailableException.class, () -> receive("e1 push octo/widgets"));
    assertThrows(StoreUnavailableException.class, () -> receive("e1 push ?"));
  }

  @Test
  void aReplayReadsTheStoredBytesWithTodaysHandler() {
    handler.mapUnknownTo("octo/inbox");
    var id = accepted("e1 push ?");
    assertInstanceOf(ReplayPipeline.Replay.StillOpen.class, replay.replay(id));
    fail(id);
    handler.mapUnknownTo("octo/elsewhere");
    assertInstanceOf(ReplayPipeline.Replay.Reopened.class, replay.replay(id));
    var view = storage.records().pipeline(id).orElseThrow();
    assertEquals("octo/elsewhere", view.event().repository().fullName());
    assertEquals(0, view.pipeline().state().attempts());
  }

  @Test
  void aReplayThatTodaysHandlerRefusesChangesNothing() {
    handler.mapUnknownTo("octo/inbox");
    var id = accepted("e1 push ?");
    fail(id);
    PipelineState before = state(id);
    handler.mapNothing();
    assertInstanceOf(ReplayPipeline.Replay.Unreadable.class, replay.replay(id));
    assertEquals(before, state(id));
  }

  @Test
  void aPipelineThatIsUnknownIsNotReplayed() {
    var unknown = new PipelineId(Samples.uuid(NOON));
    assertInstanceOf(ReplayPipeline.Replay.Unknown.class, replay.replay(unknown));
  }

  @Test
  void aFilterReplaysWhatIsOverAndLeavesTheRest() {
    var failed = accepted("e1 push octo/widgets");
    var other = accepted("e2 push octo/gadgets");
    accepted("e3 push octo/open");
    fail(failed);
    fail(other);
    var replayAll = new ReplayPipelines(storage.records(), replay);
    assertEquals(1, replayAll.replay(PipelineFilter.ALL, 1));
    assertEquals(1, replayAll.replay(PipelineFilter.ALL, Integer.MAX_VALUE));
    assertEquals(0, replayAll.replay(PipelineFilter.ALL, Integer.MAX_VALUE));
  }

  private Receipt receive(String body, Verification verification) {
    var profile = new ServiceProfile(GITHUB, _ -> verification, BUDGET, true, _ -> true);
    return receive.receive(signed(body), profile, Origin.UNKNOWN);
  }

  @Test
  void aSignedTimeIsComparedWithTheClockWhereTheSignatureIsRight() {
    receive("no time at all");
    receive(
        "forged",
        new Verification.Forged(new InvalidSignatureError(InvalidSignatureError.Cause.NOT_PROVEN)));
    assertEquals(List.of(), signed);

    var signer = new Verification.Authentic(1, SecretFingerprint.of("s"));
    Instant anHourAgo = NOON.minus(Duration.ofHours(1));
    assertInstanceOf(
        Receipt.Refused.class,
        receive("late", signer.within(Duration.ofMinutes(59), anHourAgo, NOON)));
    assertInstanceOf(
        Receipt.Accepted.class,
        receive("e1 push octo/widgets", signer.within(Duration.ofMinutes(60), anHourAgo, NOON)));
    assertEquals(List.of(Duration.ofHours(1), Duration.ofHours(1)), signed);
  }
}
