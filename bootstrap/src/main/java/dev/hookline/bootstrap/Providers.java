package dev.hookline.bootstrap;

import dev.hookline.domain.delivery.Service;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The providers that are built in. */
final class Providers {
  private Providers() {}

  static List<ProviderProfile> profiles() {
    return List.of(
        new ProviderProfile(
            new Service("github"),
            List.of("issue_comment", "pull_request", "push"),
            RefuseWith.STATUS,
            Optional.empty(),
            Duration.ofSeconds(5),
            Set.of("application/json", "application/x-www-form-urlencoded"),
            Set.of(),
            Set.of("repository")),
        new ProviderProfile(
            new Service("slack"),
            List.of("app_mention", "message", "slash_command", "block_actions"),
            RefuseWith.ACKNOWLEDGE,
            Optional.of(Duration.ofMinutes(5)),
            Duration.ofMillis(1500),
            Set.of("application/json", "application/x-www-form-urlencoded"),
            Set.of(),
            Set.of("team", "channel")),
        new ProviderProfile(
            new Service("linear"),
            List.of("Issue", "Comment"),
            RefuseWith.ACKNOWLEDGE,
            Optional.of(Duration.ofHours(8)),
            Duration.ofMillis(2500),
            Set.of("application/json"),
            Set.of(),
            Set.of("team", "project")));
  }
}
