package dev.hookline.bootstrap.config;

import dev.hookline.domain.delivery.Service;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The three providers with the defaults of the contract. */
public final class TestProfiles {
  private TestProfiles() {}

  public static final List<ProviderProfile> THREE =
      List.of(
          profile(
              "github",
              List.of("issue_comment", "pull_request", "push"),
              RefuseWith.STATUS,
              null,
              "PT5S",
              Set.of("repository")),
          profile(
              "slack",
              List.of("app_mention", "message", "slash_command", "block_actions"),
              RefuseWith.ACKNOWLEDGE,
              "PT5M",
              "PT1.5S",
              Set.of("team", "channel")),
          profile(
              "linear",
              List.of("Issue", "Comment"),
              RefuseWith.ACKNOWLEDGE,
              "PT8H",
              "PT2.5S",
              Set.of("team", "project")));

  public static ProviderProfile profile(
      String name,
      List<String> events,
      RefuseWith refuseWith,
      @Nullable String tolerance,
      String commitBudget,
      Set<String> matchKeys) {
    return new ProviderProfile(
        new Service(name),
        events,
        refuseWith,
        Optional.ofNullable(tolerance).map(Duration::parse),
        Duration.parse(commitBudget),
        Set.of("application/json"),
        Set.of(),
        matchKeys);
  }
}
