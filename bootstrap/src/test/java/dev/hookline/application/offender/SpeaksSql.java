package dev.hookline.application.offender;

import java.sql.SQLException;

/** Brings SQL into a use case. */
public final class SpeaksSql {
  public String stateOf(SQLException failure) {
    return failure.getSQLState();
  }
}
