package dev.hookline.http.github;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.FormFields;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.provider.SigningScheme;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * GitHub and GitHub Enterprise Server (GitHub Docs, "Webhook events and payloads"). It never
 * retries by itself, so what it is refused is lost until someone redelivers it.
 */
public final class GitHubDialect implements Dialect {
  private static final ProviderProfile PROFILE =
      new ProviderProfile(
          new Service("github"),
          List.of("issue_comment", "pull_request", "push"),
          RefuseWith.STATUS,
          Optional.empty(),
          Duration.ofSeconds(5),
          Set.of("application/json", FormFields.MEDIA_TYPE),
          Set.of(
              "content-type",
              "user-agent",
              "x-github-event",
              "x-github-delivery",
              "x-github-hook-id",
              "x-github-hook-installation-target-type",
              "x-github-hook-installation-target-id",
              "x-github-enterprise-version",
              "x-github-enterprise-host"),
          Set.of("repository"));

  @Override
  public ProviderProfile profile() {
    return PROFILE;
  }

  @Override
  public SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    return new GitHubVerifier(secrets);
  }

  @Override
  public SigningScheme signing() {
    return GitHubVerifier.SIGNING;
  }

  @Override
  public ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories) {
    return new GitHubHandler(PROFILE, supported, repositories);
  }

  @Override
  public AcceptedAnswer acceptedAnswer(String mediaType) {
    return new AcceptedAnswer(202, false);
  }
}
