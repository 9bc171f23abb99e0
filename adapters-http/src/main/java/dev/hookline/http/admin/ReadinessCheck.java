package dev.hookline.http.admin;

import java.util.Map;

/** Whether this process can do its work now, check by check. Called for every probe. */
@FunctionalInterface
public interface ReadinessCheck {

  /**
   * Each check by its name, in the order to show them; ready means that all of them hold.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away:
   *     not ready
   */
  Map<String, Boolean> check();
}
