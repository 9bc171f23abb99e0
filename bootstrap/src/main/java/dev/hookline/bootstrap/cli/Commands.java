package dev.hookline.bootstrap.cli;

import dev.hookline.application.reconcile.ReconcileDeliveries.Progress;
import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.http.doctor.SignatureDoctor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * What the commands set going; the composition root does it. Each method but {@link #inspect},
 * {@link #reconcile} and {@link #doctor} returns when its work is over, with the exit code: 0 done,
 * 1 failed, 2 misconfigured.
 */
public interface Commands {

  /**
   * The whole system in this process.
   *
   * @param folder where it keeps its database and secrets
   * @param out takes what is to be told once it is ready
   */
  int up(Configuration configuration, Path folder, PrintWriter out);

  /** The intake and the admin endpoint. */
  int serve(Configuration configuration);

  /** The outbox worker. */
  int worker(Configuration configuration);

  /**
   * Brings the schema up to date.
   *
   * @param roles those that are to be given their rights; made if they are not there
   * @param done told of each step, once it is over
   */
  int migrate(Configuration configuration, RoleNames roles, Consumer<MigrationStep> done);

  /**
   * Opens the database of the settings to look into it.
   *
   * @throws CommandException if it does not fit
   */
  Inspection inspect(Settings settings);

  /**
   * Compares GitHub's log of the settings' hooks with their database, and asks for what is missing.
   *
   * @param dryRun whether nothing is asked for
   * @param told how far it is
   * @throws CommandException if the database does not fit
   */
  Reconciliation reconcile(
      Settings settings, Instant since, boolean dryRun, Consumer<Progress> told);

  /** Looks into signatures, with the secrets of the settings. It opens nothing. */
  SignatureDoctor doctor(Settings settings);
}
