package dev.hookline.persistence;

import dev.hookline.application.pipeline.StoreUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failed statement means for its caller, by SQLSTATE (PostgreSQL, appendix A). */
enum Fault {
  /** Another transaction was in the way and this one was undone: it may be run again at once. */
  CONFLICT,
  /**
   * The database is away, overloaded or read-only; whether the statement took effect is unknown.
   */
  UNAVAILABLE,
  /** The statement is wrong. */
  DEFECT;

  private static final Set<String> CONFLICTS = Set.of("40001", "40P01");

  // Connection lost; out of disk, memory or connections; cancelled or shut down; input/output.
  private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "57", "58");

  // Read-only after a failover; a lock not had in time; a transaction timed out; the login or the
  // database not there (yet).
  private static final Set<String> AWAY =
      Set.of("25006", "55P03", "25P03", "25P04", "28000", "28P01", "3D000");

  static Fault of(Throwable failure) {
    SQLException sql = sqlException(failure);
    if (sql == null) {
      return DEFECT;
    }
    String state = sql.getSQLState();
    if (state == null) {
      // The pool itself speaks so, when it is empty or closed.
      return UNAVAILABLE;
    }
    if (CONFLICTS.contains(state)) {
      return CONFLICT;
    }
    return isAway(state) || sql instanceof SQLTransientConnectionException ? UNAVAILABLE : DEFECT;
  }

  /** Whether a statement was ended because it took too long. */
  static boolean isTimeout(Throwable failure) {
    SQLException sql = sqlException(failure);
    return sql != null && "57014".equals(sql.getSQLState());
  }

  /** Whether a connection that reported this is of no more use. */
  static boolean breaksConnection(SQLException failure) {
    return "25006".equals(failure.getSQLState());
  }

  /**
   * The failure as its caller is to see it.
   *
   * @param failure a conflict or an unavailable database; anything else is given back as it is
   */
  static RuntimeException translate(RuntimeException failure) {
    if (of(failure) == DEFECT) {
      return failure;
    }
    SQLException sql = sqlException(failure);
    String state = sql == null || sql.getSQLState() == null ? "no connection" : sql.getSQLState();
    return new StoreUnavailableException("the database is not available: " + state, failure);
  }

  private static boolean isAway(String state) {
    return AWAY.contains(state)
        || (state.length() == 5 && AWAY_CLASSES.contains(state.substring(0, 2)));
  }

  private static @Nullable SQLException sqlException(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
