package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.SchemaState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the schema as soon as the database can be reached; one that is away is waited for, while
 * the process answers that it is not ready.
 */
final class SchemaWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Database database;
  private final Consumer<SchemaState> onMisfit;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean fits;

  private SchemaWatch(Database database, Consumer<SchemaState> onMisfit) {
    this.database = database;
    this.onMisfit = onMisfit;
  }

  /**
   * Looks at once; if the database is away, again and again until it has answered.
   *
   * @param onMisfit is told a schema that does not fit and was found out later
   * @throws CommandException if the schema does not fit
   */
  static SchemaWatch start(Database database, Consumer<SchemaState> onMisfit) {
    var watch = new SchemaWatch(database, onMisfit);
    Optional<SchemaState> state = watch.look();
    if (state.isEmpty()) {
      LOG.warn("The database cannot be reached; waiting for it");
      Thread.ofVirtual().name("schema-watch").start(watch::waitForIt);
    } else if (!watch.fits) {
      throw CommandException.usage(advice(state.get()));
    }
    return watch;
  }

  /** What to do about a schema. */
  static String advice(SchemaState state) {
    return switch (state) {
      case FITS -> "the database schema fits";
      case MISSING -> "the database has no Hookline schema: run hookline migrate";
      case OLDER -> "the database schema is older than this Hookline: run hookline migrate";
      case NEWER -> "the database schema is newer than this Hookline: run that newer Hookline";
    };
  }

  /** Whether the schema was seen and fits. */
  boolean fits() {
    return fits;
  }

  private void waitForIt() {
    try {
      while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        Optional<SchemaState> state = look();
        if (state.isPresent()) {
          LOG.info("The database is reached: {}", advice(state.get()));
          if (!fits) {
            onMisfit.accept(state.get());
          }
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<SchemaState> look() {
    try {
      SchemaState state = database.schema();
      fits = state == SchemaState.FITS;
      return Optional.of(state);
    } catch (StoreUnavailableException e) {
      LOG.debug("The schema could not be read", e);
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
