package dev.hookline.persistence;

import dev.hookline.application.pipeline.StoreUnavailableException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements on pooled connections and says what their failures mean. Safe for use by many
 * threads.
 */
final class Sessions {
  private static final int CONFLICTS_BORNE = 5;

  private final Jdbi jdbi;
  private final RandomGenerator random;

  /**
   * @param random spreads the repetitions of those that were in each other's way
   */
  Sessions(Jdbi jdbi, RandomGenerator random) {
    // What is bound is events, and a failure may be logged.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    this.jdbi = jdbi;
    this.random = random;
  }

  /**
   * Runs one statement, which is a transaction of its own.
   *
   * @throws StoreUnavailableException if the database is away
   */
  <T> T statement(Function<Handle, T> work) {
    return statements(work);
  }

  /**
   * Runs statements on one connection, each a transaction of its own. If one is in the way of
   * another's it is all run again, so what the earlier ones did must bear that.
   *
   * @throws StoreUnavailableException if the database is away; what was done until then stays done
   */
  <T> T statements(Function<Handle, T> work) {
    return unlessInTheWay(() -> jdbi.withHandle(work::apply));
  }

  /**
   * Runs several statements in one transaction.
   *
   * @throws StoreUnavailableException if the database is away
   */
  <T> T transaction(Function<Handle, T> work) {
    return unlessInTheWay(() -> jdbi.inTransaction(work::apply));
  }

  /** Runs statements on one connection, once; its failures are for the caller to judge. */
  <T> T once(Function<Handle, T> work) {
    return jdbi.withHandle(work::apply);
  }

  private <T> T unlessInTheWay(Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (JdbiException e) {
        if (Fault.of(e) != Fault.CONFLICT || attempt == CONFLICTS_BORNE) {
          throw Fault.translate(e);
        }
        try {
          pause(attempt, e);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          e.addSuppressed(interrupted);
          throw Fault.translate(e);
        }
      }
    }
  }

  /**
   * Waits before what did not succeed is run again: the longer the more often it was.
   *
   * @param why null if it was only too early
   */
  void pause(int attempt, @Nullable RuntimeException why) throws InterruptedException {
    boolean away = why != null && Fault.of(why) == Fault.UNAVAILABLE;
    long most = (away ? 20L : 5L) << Math.min(attempt - 1, 4);
    Thread.sleep(random.nextLong(most) + 1);
  }
}
