package dev.hookline.application.offender;

import java.sql.SQLException;

/** Brings SQL into a use case. */
public final class SpeaksSql {
  public void query() throws SQLException {
    throw new SQLException("never thrown");
  }
}
