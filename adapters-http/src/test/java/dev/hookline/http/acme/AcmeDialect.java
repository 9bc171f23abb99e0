package dev.hookline.http.acme;

import dev.hookline.domain.delivery.Headers;
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
 * Acme Builds, which does not exist. It waits five seconds, takes any 2xx for success, signs the
 * time of sending with the body, and names the repository or else a project of its own.
 */
public final class AcmeDialect implements Dialect {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final ProviderProfile PROFILE =
      new ProviderProfile(
          new Service("acme"),
          List.of("build"),
          RefuseWith.STATUS,
          Optional.of(TOLERANCE),
          Duration.ofMillis(2500),
          Set.of("application/json"),
          Set.of("content-type", "user-agent", "acme-time"),
          Set.of("project"));

  @Override
  public ProviderProfile profile() {
    return PROFILE;
  }

  @Override
  public SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    return new AcmeVerifier(secrets, tolerance.orElse(TOLERANCE));
  }

  @Override
  public SigningScheme signing() {
    return AcmeVerifier.SIGNING;
  }

  @Override
  public boolean isWorthReading(Headers headers) {
    return Dialect.super.isWorthReading(headers) && AcmeVerifier.timeIn(headers).isPresent();
  }

  @Override
  public ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories) {
    return new AcmeHandler(PROFILE, supported, repositories);
  }

  @Override
  public AcceptedAnswer acceptedAnswer(String mediaType) {
    return new AcceptedAnswer(202, false);
  }
}
