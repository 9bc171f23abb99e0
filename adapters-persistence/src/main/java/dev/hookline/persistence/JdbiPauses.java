package dev.hookline.persistence;

import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pause.Pauses;
import dev.hookline.domain.delivery.Service;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Pauses, a row each; an empty column stands for all. Workers are told by the same transaction. */
final class JdbiPauses implements Pauses {
  private static final String PAUSE =
      """
      INSERT INTO pause (service, target) VALUES (:service, :target) ON CONFLICT DO NOTHING
      """;

  private static final String RESUME =
      "DELETE FROM pause WHERE service = :service AND target = :target";

  private static final String RESUME_ALL = "DELETE FROM pause";

  private static final String LIST =
      "SELECT service, target, since FROM pause ORDER BY since, service, target";

  private static final String TELL = "NOTIFY " + Notifier.CHANNEL;

  private final Sessions sessions;

  JdbiPauses(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void pause(PauseScope scope) {
    change(PAUSE, scope);
  }

  @Override
  public boolean resume(PauseScope scope) {
    return change(RESUME, scope) > 0;
  }

  private int change(String sql, PauseScope scope) {
    return sessions.transaction(
        handle -> {
          int changed =
              handle
                  .createUpdate(sql)
                  .bind("service", scope.service().map(Service::name).orElse(""))
                  .bind("target", scope.target().map(Storable::text).orElse(""))
                  .execute();
          return told(handle, changed);
        });
  }

  @Override
  public void resumeAll() {
    sessions.transaction(handle -> told(handle, handle.createUpdate(RESUME_ALL).execute()));
  }

  private static int told(Handle handle, int changed) {
    handle.execute(TELL);
    return changed;
  }

  @Override
  public List<Pause> list() {
    return sessions.statement(
        handle -> handle.createQuery(LIST).map((row, _) -> pause(row)).list());
  }

  private static Pause pause(ResultSet row) throws SQLException {
    return new Pause(
        new PauseScope(
            Optional.of(row.getString("service")).filter(name -> !name.isEmpty()).map(Service::new),
            Optional.of(row.getString("target")).filter(name -> !name.isEmpty())),
        Stored.instant(row, "since"));
  }
}
