package dev.hookline.torture;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where a process may be made to die by itself. The statement that inserts is a transaction of its
 * own: after the insert it is committed too, and what lies between is PostgreSQL's, which is killed
 * on its own account.
 */
public enum CrashSite {
  AFTER_READ(86, "serve", "dev.hookline.application.receive.ReceiveWebhook#receive#entry"),
  AFTER_VERIFY(
      87, "serve", "dev.hookline.application.receive.ReceiveWebhook#receiveAuthentic#entry"),
  BEFORE_INSERT(88, "serve", "dev.hookline.persistence.JdbiPipelineStore#accept#entry"),
  AFTER_INSERT(89, "serve", "dev.hookline.persistence.JdbiPipelineStore#store#exit"),
  AFTER_COMMIT(90, "serve", "dev.hookline.persistence.GroupCommit#writeOnce#exit"),
  BEFORE_ANSWER(91, "serve", "dev.hookline.http.intake.Intake#accepted#entry"),
  AFTER_CLAIM(92, "worker", "dev.hookline.persistence.JdbiOutbox#due#exit"),
  BEFORE_DISPATCH(93, "worker", "dev.hookline.queue.target.HttpTarget#dispatch#entry"),
  AFTER_DISPATCH(94, "worker", "dev.hookline.queue.target.HttpTarget#dispatch#exit"),
  BEFORE_RECORD(95, "worker", "dev.hookline.persistence.JdbiOutbox#record#entry"),
  AFTER_RECORD(96, "worker", "dev.hookline.persistence.JdbiOutbox#record#exit");

  private final int exitCode;
  private final String role;
  private final String place;

  CrashSite(int exitCode, String role, String place) {
    this.exitCode = exitCode;
    this.role = role;
    this.place = place;
  }

  String role() {
    return role;
  }

  /** Tells that a process died here and nowhere else; below those of signals. */
  int exitCode() {
    return exitCode;
  }

  static Optional<CrashSite> of(int exitCode) {
    return Arrays.stream(values()).filter(site -> site.exitCode == exitCode).findFirst();
  }

  /**
   * For the agent.
   *
   * @param passes of the site, the last of which is the end
   */
  public String argument(int passes) {
    return "crash=%s#%d#%d".formatted(place, exitCode, passes);
  }
}
