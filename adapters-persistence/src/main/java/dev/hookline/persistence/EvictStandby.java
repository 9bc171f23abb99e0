package dev.hookline.persistence;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** The pool knows lost connections by itself, but not those to a server that became a standby. */
final class EvictStandby implements SQLExceptionOverride {
  @java.lang.Override
  public SQLExceptionOverride.Override adjudicate(SQLException failure) {
    return Fault.breaksConnection(failure)
        ? SQLExceptionOverride.Override.MUST_EVICT
        : SQLExceptionOverride.Override.CONTINUE_EVICT;
  }
}
