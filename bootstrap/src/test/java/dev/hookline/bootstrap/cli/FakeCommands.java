package dev.hookline.bootstrap.cli;

import dev.hookline.application.reconcile.ReconcileDeliveries.Progress;
import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.http.doctor.SignatureDoctor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Notes what it is asked for. */
public final class FakeCommands implements Commands {
  final List<String> calls = new ArrayList<>();
  @Nullable Reconciliation reconciliation;
  RuntimeException insteadOfInspection = CommandException.failed("nothing to inspect");

  /** What it was asked for until now. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public int up(Configuration configuration, Path folder, PrintWriter out) {
    calls.add("up " + folder.getFileName());
    return 0;
  }

  @Override
  public int serve(Configuration configuration) {
    calls.add("serve");
    return 0;
  }

  @Override
  public int worker(Configuration configuration) {
    calls.add("worker " + configuration.settings().admin().port());
    return 0;
  }

  @Override
  public int migrate(Configuration configuration, RoleNames roles, Consumer<MigrationStep> done) {
    calls.add(
        Stream.of(Optional.of("migrate"), roles.intake(), roles.worker())
            .flatMap(Optional::stream)
            .collect(Collectors.joining(" ")));
    done.accept(new MigrationStep.SchemaFits(9));
    roles.intake().ifPresent(role -> done.accept(new MigrationStep.RoleFits(role, "serve", true)));
    roles
        .worker()
        .ifPresent(role -> done.accept(new MigrationStep.RoleFits(role, "worker", false)));
    return 0;
  }

  @Override
  public Inspection inspect(Settings settings) {
    calls.add("inspect " + settings.db().url().orElse(""));
    throw insteadOfInspection;
  }

  @Override
  public SignatureDoctor doctor(Settings settings) {
    throw CommandException.failed("no doctor");
  }

  @Override
  public Reconciliation reconcile(
      Settings settings, Instant since, boolean dryRun, Consumer<Progress> told) {
    told.accept(new Progress(7, 0, 0));
    told.accept(new Progress(7, 1, 2));
    calls.add(
        "reconcile %s since %s%s"
            .formatted(settings.reconcile().hooks(), since, dryRun ? " dry" : ""));
    if (reconciliation == null) {
      throw CommandException.failed("nothing to reconcile");
    }
    return reconciliation;
  }
}
