package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.Duty;
import dev.hookline.persistence.SchemaState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at schema, rights and durability as soon as the database can be reached; one that is away
 * is waited for, while the process answers that it is not ready.
 */
final class DatabaseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Database database;
  private final Duty duty;
  private final boolean durable;
  private final Consumer<String> onMisfit;
  private final FutureTask<Look> first = new FutureTask<>(this::look);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean fits;

  /** Why it is waited for, as it was told last. */
  private volatile String told = "";

  private DatabaseWatch(Database database, Duty duty, boolean durable, Consumer<String> onMisfit) {
    this.database = database;
    this.duty = duty;
    this.durable = durable;
    this.onMisfit = onMisfit;
  }

  /**
   * Begins to look, on a thread of its own; {@link #requireNoMisfit} has what was found.
   *
   * @param duty what its role has to have the rights for
   * @param durable whether a server that may lose what it has committed does not fit
   * @param onMisfit is told what to do about a database that does not fit, if that is found out by
   *     a later look than the first
   */
  static DatabaseWatch start(
      Database database, Duty duty, boolean durable, Consumer<String> onMisfit) {
    var watch = new DatabaseWatch(database, duty, durable, onMisfit);
    Thread.ofVirtual().name("database-watch").start(watch.first);
    return watch;
  }

  /**
   * Waits for the first look. A database that is away may fit yet: from now on it is looked at
   * again and again, until it has answered.
   *
   * @throws CommandException if the database does not fit
   */
  void requireNoMisfit() {
    switch (firstLook()) {
      case Away(String why) -> {
        tell(why);
        Thread.ofVirtual().name("database-watch").start(this::waitForIt);
      }
      case Fits() -> {}
      case Misfit(String advice) -> throw CommandException.usage(advice);
    }
  }

  private Look firstLook() {
    try {
      return first.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException defect) {
        throw defect;
      }
      throw new IllegalStateException("The first look at the database met a defect", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the database was looked at", e);
    }
  }

  /** What to do about a schema. */
  static String advice(SchemaState state) {
    return switch (state) {
      case FITS -> "the database schema fits";
      case MISSING -> "the database has no Hookline schema: run hookline migrate";
      case CLOSED ->
          "db.user has no rights in the Hookline schema: run hookline migrate with --intake-role or"
              + " --worker-role";
      case OLDER -> "the database schema is older than this Hookline: run hookline migrate";
      case NEWER -> "the database schema is newer than this Hookline: run that newer Hookline";
    };
  }

  /** Whether the database was seen and fits. */
  boolean fits() {
    return fits;
  }

  /** What a look at the database found. */
  private sealed interface Look {}

  private record Away(String why) implements Look {}

  private record Fits() implements Look {}

  private record Misfit(String advice) implements Look {}

  private void waitForIt() {
    try {
      boolean known = false;
      while (!known && !closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        known = isKnown();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks, and tells what there is; if that is not known, another look has to come. */
  private boolean isKnown() {
    try {
      return switch (look()) {
        case Away(String why) -> {
          tell(why);
          yield false;
        }
        case Fits() -> {
          LOG.info("The database is reached and fits");
          yield true;
        }
        case Misfit(String advice) -> {
          onMisfit.accept(advice);
          yield true;
        }
      };
    } catch (RuntimeException e) {
      LOG.error("A look at the database met a defect; another one comes in a second", e);
      return false;
    }
  }

  /** Once for each reason. */
  private void tell(String why) {
    if (!why.equals(told)) {
      LOG.atWarn().addKeyValue("reason", why).log("The database cannot be reached; waiting for it");
      told = why;
    }
  }

  private Look look() {
    try {
      SchemaState state = database.schema();
      Look look = state == SchemaState.FITS ? closerLook() : new Misfit(advice(state));
      fits = look instanceof Fits;
      return look;
    } catch (StoreUnavailableException e) {
      return new Away(e.why());
    }
  }

  private Look closerLook() {
    if (!database.may(duty)) {
      return new Misfit(
          "db.user has not the rights that this process needs: run hookline migrate with "
              + switch (duty) {
                case INTAKE -> "--intake-role";
                case WORKER -> "--worker-role";
              });
    }
    List<String> off = database.switchedOff();
    if (off.isEmpty()) {
      return new Fits();
    }
    String danger =
        "PostgreSQL runs with %s off, so a crash of its machine may lose what was accepted"
            .formatted(String.join(" and ", off));
    if (durable) {
      return new Misfit(
          danger
              + ": switch on what is off, or set db.require-durability: false if its storage needs"
              + " no such thing");
    }
    LOG.warn("{}; db.require-durability is false, so it is used all the same", danger);
    return new Fits();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
