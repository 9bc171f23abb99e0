package dev.hookline.bootstrap.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.load.FakeIntake.Fault;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Whole runs against an intake that does one thing wrong, which is found, and nothing else. */
class CheckTest {
  private static final long RUN = 0x5EED5EED5EED5EEDL;

  private record Outcome(Figures figures, Findings findings) {}

  private static LoadPlan.Senders senders(int connections) {
    return new LoadPlan.Senders(connections, List.of(), Duration.ZERO);
  }

  private static LoadPlan plan(FakeIntake intake, int connections, LoadPlan.Shares shares) {
    return new LoadPlan(
        URI.create(intake.url() + "/webhooks/github"),
        Provider.GITHUB,
        FakeIntake.SECRET,
        1000,
        Duration.ofMillis(300),
        Duration.ofMillis(100),
        senders(connections),
        List.of(),
        2000,
        "issue_comment",
        3,
        shares,
        Duration.ofDays(1),
        1);
  }

  private static Outcome run(FakeIntake intake, int connections, LoadPlan.Shares shares)
      throws IOException, InterruptedException {
    var run = new LoadRun(plan(intake, connections, shares), RUN, Clock.systemUTC());
    Figures figures = run.run(_ -> {});
    try (var records = records(intake)) {
      return new Outcome(figures, run.check(records).look(Duration.ZERO, _ -> {}));
    }
  }

  private static OnRecord records(FakeIntake intake) {
    return new OnRecord(URI.create(intake.url()), Optional.empty(), "github", Instant.EPOCH);
  }

  private static void assertFinds(
      Fault fault, ToLongFunction<Findings> finding, LoadPlan.Shares shares)
      throws IOException, InterruptedException {
    try (var intake = new FakeIntake(fault)) {
      Findings findings = run(intake, 8, shares).findings();
      assertTrue(intake.spoilt() > 0, "the fault never came");
      assertEquals(intake.spoilt(), finding.applyAsLong(findings), findings::toString);
      long all = findings.lost() + findings.doubled() + findings.misordered() + findings.forged();
      assertEquals(intake.spoilt(), all, findings::toString);
    }
  }

  @Test
  void anIntakeWithoutFaultHasNone() throws Exception {
    try (var intake = new FakeIntake()) {
      Outcome outcome = run(intake, 8, new LoadPlan.Shares(0.1, 0.1, 0));
      assertEquals(new Findings(0, 0, 0, 0, 0), outcome.findings());
      assertTrue(outcome.findings().isClean());
      assertTrue(intake.pages() > 1, "all in one page");
      long answered =
          outcome.figures().statuses().values().stream().mapToLong(Long::longValue).sum();
      assertEquals(300, answered + outcome.figures().unsent());
    }
  }

  @Test
  void whatIsAcknowledgedAndNotKeptIsLost() throws Exception {
    assertFinds(Fault.LOSES, Findings::lost, LoadPlan.Shares.NONE);
  }

  @Test
  void whatIsKeptTwiceIsDoubled() throws Exception {
    assertFinds(Fault.DOUBLES, Findings::doubled, LoadPlan.Shares.NONE);
  }

  @Test
  void aResendThatIsTakenForNewIsDoubled() throws Exception {
    try (var intake = new FakeIntake(Fault.STARTS_AGAIN)) {
      Findings findings = run(intake, 8, new LoadPlan.Shares(0.3, 0, 0)).findings();
      // What is sent a third time is answered as the second, and so wrongly as well.
      assertTrue(findings.doubled() >= intake.spoilt() && intake.spoilt() > 0, findings::toString);
      assertEquals(new Findings(0, findings.doubled(), 0, 0, 0), findings, findings::toString);
    }
  }

  @Test
  void whatIsTamperedWithAndTakenIsForged() throws Exception {
    assertFinds(Fault.BELIEVES_ALL, Findings::forged, new LoadPlan.Shares(0, 0.3, 0));
  }

  @Test
  void whatIsDispatchedBeforeItsElderIsMisordered() throws Exception {
    try (var intake = new FakeIntake(Fault.MISORDERS)) {
      Findings findings = run(intake, 1, LoadPlan.Shares.NONE).findings();
      assertTrue(findings.misordered() > 0, findings::toString);
      assertEquals(new Findings(0, 0, findings.misordered(), 0, 0), findings);
    }
  }

  @Test
  void whatIsNeverDispatchedIsCountedButNoFault() throws Exception {
    try (var intake = new FakeIntake(Fault.STANDS_STILL)) {
      Findings findings = run(intake, 8, LoadPlan.Shares.NONE).findings();
      assertEquals(new Findings(0, 0, 0, 0, intake.spoilt()), findings);
      assertTrue(findings.isClean());
    }
  }

  @Test
  void whatIsTurnedAwayIsNeitherAcceptedNorLost() throws Exception {
    try (var intake = new FakeIntake(Fault.REFUSES, Fault.ACKNOWLEDGES_REFUSED)) {
      Outcome outcome = run(intake, 8, LoadPlan.Shares.NONE);
      assertEquals(new Findings(0, 0, 0, 0, 0), outcome.findings());
      Figures figures = outcome.figures();
      assertTrue(figures.statuses().getOrDefault("503", 0L) > 0, figures::toString);
      assertEquals(
          figures.accepted() + figures.refused(), figures.statuses().getOrDefault("202", 0L));
    }
  }

  @Test
  void orderIsTheDispatchesOfOneRepositoryWhereOneWasAnsweredBeforeTheOtherWasSent() {
    var ledger = new Ledger();
    // number: sent, answered, repository, dispatched
    long[][] deliveries = {
      {0, 10, 0, 500}, // 0
      {20, 30, 0, 400}, // 1: after 0 and dispatched before it
      {5, 30, 0, 300}, // 2: sent before 0 was answered, so no order is known
      {40, 50, 1, 100}, // 3: of another repository
      {60, 70, 1, 200}, // 4: in order
      {60, 70, 1, 200}, // 5: at the same time
      {80, 90, 0, 450}, // 6: after 1 and 2, but before 0
      {100, 110, 1, 0}, // 7: not dispatched
    };
    for (int number = 0; number < deliveries.length; number++) {
      long[] one = deliveries[number];
      ledger.sent(number, Kind.FRESH, number, one[0] * 1000);
      ledger.answered(number, new Answer(202, 1, number, false, false), one[1] * 1000);
      ledger.onRecord(number, 1, number, (int) one[2], one[3]);
    }
    assertEquals(2, Check.misordered(ledger, deliveries.length, 2));
  }

  @Test
  void anAdminEndpointThatIsNotThereIsToldOf() throws Exception {
    try (var intake = new FakeIntake()) {
      var run = new LoadRun(plan(intake, 1, LoadPlan.Shares.NONE), RUN, Clock.systemUTC());
      run.run(_ -> {});
      intake.want("a token");
      try (var records = records(intake)) {
        var told =
            assertThrows(IOException.class, () -> run.check(records).look(Duration.ZERO, _ -> {}));
        assertTrue(String.valueOf(told.getMessage()).contains("401"), told::toString);
      }
    }
  }

  @Test
  void aRunThatIsStoppedHasWhatItHas() throws Exception {
    try (var intake = new FakeIntake()) {
      var plan = plan(intake, 4, LoadPlan.Shares.NONE);
      var run =
          new LoadRun(
              new LoadPlan(
                  plan.url(),
                  plan.provider(),
                  plan.secret(),
                  100,
                  Duration.ofHours(1),
                  Duration.ZERO,
                  senders(4),
                  List.of(),
                  2000,
                  "issue_comment",
                  1,
                  LoadPlan.Shares.NONE,
                  Duration.ZERO,
                  1),
              RUN,
              Clock.systemUTC());
      Figures figures =
          run.run(
              sample -> {
                if (sample.accepted() > 0) {
                  run.stop();
                }
              });
      assertTrue(figures.accepted() > 0);
      try (var records = records(intake)) {
        assertTrue(run.check(records).look(Duration.ZERO, _ -> {}).isClean());
      }
    }
  }
}
