package dev.hookline.torture;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Where a process may be made to die by itself. */
enum CrashSite {
  AFTER_READ("serve", "dev.hookline.application.receive.ReceiveWebhook#receive#entry"),
  BEFORE_INSERT("serve", "dev.hookline.persistence.JdbiPipelineStore#accept#entry"),
  AFTER_INSERT("serve", "dev.hookline.persistence.JdbiPipelineStore#store#exit"),
  AFTER_COMMIT("serve", "dev.hookline.persistence.GroupCommit#writeOnce#exit"),
  BEFORE_ANSWER("serve", "dev.hookline.http.intake.Intake#accepted#entry"),
  AFTER_CLAIM("worker", "dev.hookline.persistence.JdbiOutbox#due#exit"),
  BEFORE_DISPATCH("worker", "dev.hookline.queue.target.HttpTarget#dispatch#entry"),
  AFTER_DISPATCH("worker", "dev.hookline.queue.target.HttpTarget#dispatch#exit"),
  BEFORE_RECORD("worker", "dev.hookline.persistence.JdbiOutbox#record#entry"),
  AFTER_RECORD("worker", "dev.hookline.persistence.JdbiOutbox#record#exit");

  private final String role;
  private final String place;

  CrashSite(String role, String place) {
    this.role = role;
    this.place = place;
  }

  /** One of the role's, for the agent. */
  static String argument(String role, Random random) {
    List<CrashSite> sites = Arrays.stream(values()).filter(s -> s.role.equals(role)).toList();
    CrashSite site = sites.get(random.nextInt(sites.size()));
    return "crash=%s#%d".formatted(site.place, 20 + random.nextInt(60));
  }
}
