package dev.hookline.http.linear;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.provider.Dialect;
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
 * Linear (Linear developers, "Webhooks"). It waits five seconds, counts 200 alone as success, and
 * retries after a minute, an hour and six; whether a retry carries a fresh time is not documented,
 * so the tolerance covers them all.
 */
public final class LinearDialect implements Dialect {
  private static final Duration TOLERANCE = Duration.ofHours(8);

  private static final ProviderProfile PROFILE =
      new ProviderProfile(
          new Service("linear"),
          List.of("Issue", "Comment"),
          RefuseWith.ACKNOWLEDGE,
          Optional.of(TOLERANCE),
          Duration.ofMillis(2500),
          Set.of("application/json"),
          Set.of(
              "content-type", "user-agent", "linear-delivery", "linear-event", "linear-timestamp"),
          Set.of("team", "project"));

  @Override
  public ProviderProfile profile() {
    return PROFILE;
  }

  @Override
  public SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    return new LinearVerifier(secrets, tolerance.orElse(TOLERANCE));
  }

  @Override
  public SigningScheme signing() {
    return LinearVerifier.SIGNING;
  }

  @Override
  public ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories) {
    return new LinearHandler(PROFILE, supported, repositories);
  }

  @Override
  public AcceptedAnswer acceptedAnswer(String mediaType) {
    return new AcceptedAnswer(200, false);
  }
}
