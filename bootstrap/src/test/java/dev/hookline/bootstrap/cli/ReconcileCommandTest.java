package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.application.reconcile.Reconciliation.Missing;
import dev.hookline.application.reconcile.Reconciliation.Redelivery;
import dev.hookline.application.reconcile.Reconciliation.Unread;
import dev.hookline.application.reconcile.SentDelivery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconcileCommandTest {
  private static final Instant SINCE = Instant.parse("2026-11-24T09:00:00Z");

  @TempDir private Path folder = Path.of("");
  private final FakeCommands commands = new FakeCommands();
  private Shell shell = new Shell(Path.of(""), commands);

  @BeforeEach
  void open() {
    shell = new Shell(folder, commands);
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    shell.environment.put("HOOKLINE_RECONCILE_GITHUB_TOKEN", "github_pat_0123");
    commands.reconciliation = report(List.of(), List.of());
  }

  @Test
  void looksBackAsFarAsConfiguredAtTheConfiguredHooks() {
    shell.environment.put("HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo/widgets/1,octo/2");

    assertEquals(0, shell.run("reconcile", "github"), () -> shell.err().toString());

    assertEquals(
        List.of("reconcile [octo/widgets/1, octo/2] since " + Shell.NOW.minus(Duration.ofHours(3))),
        commands.calls);
    assertEquals(
        "looked at 7 deliveries of 5 events since 2026-11-24T09:00:00Z: 4 on record, 0 missing\n",
        shell.out());
  }

  @Test
  void optionsBeatTheConfiguration() {
    shell.environment.put("HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo/widgets/1");

    shell.run(
        "reconcile",
        "github",
        "--hook",
        "octo/3",
        "--hook",
        "octo/4",
        "--since",
        "PT1H",
        "--dry-run");

    assertEquals(
        List.of(
            "reconcile [octo/3, octo/4] since %s dry"
                .formatted(Shell.NOW.minus(Duration.ofHours(1)))),
        commands.calls);
  }

  @Test
  void hookThatCannotBeAskedIsAConfigurationProblem() {
    assertEquals(2, shell.run("reconcile", "github", "--hook", "app"));

    assertEquals(2, shell.err().size(), () -> shell.err().toString());
    assertEquals(2, shell.run("reconcile", "github"));
    assertEquals(
        List.of(
            "hookline: which hooks? set reconcile.github.hooks (HOOKLINE_RECONCILE_GITHUB_HOOKS)"
                + " or give --hook"),
        shell.err());
    assertEquals(List.of(), commands.calls);
  }

  @Test
  void lookBackBeyondTheRetentionIsRefused() {
    assertEquals(2, shell.run("reconcile", "github", "--hook", "octo/3", "--since", "P31D"));

    assertEquals(
        List.of(
            "hookline: --since: longer ago than retention, PT720H: what was forgotten would come"
                + " again"),
        shell.err());
  }

  @Test
  void whatIsMissingIsListed() {
    commands.reconciliation =
        report(
            List.of(
                missing("guid-1", new Redelivery.Asked()),
                missing("guid-2", new Redelivery.Asked())),
            List.of());

    assertEquals(0, shell.run("reconcile", "github", "--hook", "octo/3"));

    assertEquals(
        """
        DELIVERY  EVENT  SENT                  STATUS  HOOK    REDELIVERY
        guid-1    push   2026-11-24T11:00:00Z  503     octo/3  asked
        guid-2    push   2026-11-24T11:00:00Z  503     octo/3  asked
        looked at 7 deliveries of 5 events since 2026-11-24T09:00:00Z: 4 on record, 2 missing
        asked for redelivery of 2
        """,
        shell.out());
  }

  @Test
  void dryRunSaysThatNothingWasAskedFor() {
    commands.reconciliation =
        report(List.of(missing("guid-1", new Redelivery.NotAsked())), List.of());

    assertEquals(0, shell.run("reconcile", "github", "--hook", "octo/3", "--dry-run"));

    assertEquals("asked for none of them: a dry run", shell.out().lines().toList().getLast());
  }

  @Test
  void whatFailedIsToldByItsReason() {
    commands.reconciliation =
        report(
            List.of(
                missing("guid-1", new Redelivery.Failed("too old")),
                missing("guid-2", new Redelivery.Failed("too old")),
                missing("guid-3", new Redelivery.Asked())),
            List.of(new Unread("octo/4", "forbidden")));

    assertEquals(1, shell.run("reconcile", "github", "--hook", "octo/3"));

    assertEquals(
        List.of("hookline: octo/4: forbidden", "hookline: 2 not asked for: octo/3: too old"),
        shell.err());
  }

  @Test
  void jsonHasEverything() {
    commands.reconciliation =
        report(
            List.of(
                missing("guid-1", new Redelivery.Asked()),
                missing("guid-2", new Redelivery.Failed("too old"))),
            List.of());

    assertEquals(1, shell.run("reconcile", "github", "--hook", "octo/3", "--json"));

    assertEquals(
        """
        {"looked_at":7,"distinct":5,"on_record":4,"missing":2,"asked":1,"failed":1,"deliveries":[\
        {"guid":"guid-1","event":"push","delivered_at":"2026-11-24T11:00:00Z","status_code":503,"asked":true},\
        {"guid":"guid-2","event":"push","delivered_at":"2026-11-24T11:00:00Z","status_code":503,"asked":false}]}
        """,
        shell.out());
  }

  private static Reconciliation report(List<Missing> missing, List<Unread> unread) {
    return new Reconciliation(SINCE, 7, 5, 4, 0, missing, unread);
  }

  private static Missing missing(String guid, Redelivery redelivery) {
    return new Missing(
        "octo/3",
        new SentDelivery("1", guid, "push", SINCE.plus(Duration.ofHours(2)), false, 503),
        redelivery);
  }

  @Test
  void progressIsForTerminalsAndPeople() {
    shell.run("reconcile", "github", "--hook", "octo/3");
    assertEquals("", shell.rawErr());
    shell.atTerminal().run("reconcile", "github", "--hook", "octo/3", "--json");
    assertEquals("", shell.rawErr());
    shell.run("reconcile", "github", "--hook", "octo/3");
    assertEquals(
        "\r\u001b[Klooked at 7 deliveries\r\u001b[K[#####.....] asked for 1 of 2\r\u001b[K",
        shell.rawErr());
    shell.environment.put("TERM", "dumb");
    shell.run("reconcile", "github", "--hook", "octo/3");
    assertEquals("", shell.rawErr());
  }
}
