package dev.hookline.http.slack;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
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
 * Slack: Events API, slash commands and interactivity on one endpoint (Slack docs, "The Events
 * API", "Implementing slash commands", "Handling user interaction"). It waits three seconds, and
 * shows the body of an answer to a form to the user.
 */
public final class SlackDialect implements Dialect {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  /** A real check is a field and a token; the body is not yet proven, so little of it is read. */
  private static final int MAX_CHECK_BYTES = 2048;

  private static final ProviderProfile PROFILE =
      new ProviderProfile(
          new Service("slack"),
          List.of("app_mention", "message", "slash_command", "block_actions"),
          RefuseWith.ACKNOWLEDGE,
          Optional.of(TOLERANCE),
          Duration.ofMillis(1500),
          Set.of("application/json", FormFields.MEDIA_TYPE),
          Set.of(
              "content-type",
              "user-agent",
              "x-slack-request-timestamp",
              "x-slack-retry-num",
              "x-slack-retry-reason"),
          Set.of("team", "channel"));

  @Override
  public ProviderProfile profile() {
    return PROFILE;
  }

  @Override
  public SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    return new SlackVerifier(secrets, tolerance.orElse(TOLERANCE));
  }

  @Override
  public SigningScheme signing() {
    return SlackVerifier.SIGNING;
  }

  @Override
  public boolean isWorthReading(Headers headers) {
    return mayBeUnsignedCheck(headers)
        || (Dialect.super.isWorthReading(headers)
            && SlackVerifier.timestampIn(headers).isPresent());
  }

  @Override
  public ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories) {
    return new SlackHandler(PROFILE, supported, repositories);
  }

  @Override
  public AcceptedAnswer acceptedAnswer(String mediaType) {
    return mediaType.equals(FormFields.MEDIA_TYPE)
        ? new AcceptedAnswer(200, true)
        : new AcceptedAnswer(202, false);
  }

  /**
   * Whether this is {@code ssl_check}: a form without a signature, with the value 1 once, and
   * nothing that a handler would act on.
   */
  @Override
  public boolean isUnsignedCheck(Delivery delivery) {
    return mayBeUnsignedCheck(delivery.headers())
        && delivery.body().length() <= MAX_CHECK_BYTES
        && FormFields.decode(delivery.body().bytes())
            .filter(
                form ->
                    form.only("ssl_check").filter("1"::equals).isPresent()
                        && !form.has("payload")
                        && !form.has("command"))
            .isPresent();
  }

  private static boolean mayBeUnsignedCheck(Headers headers) {
    return headers.all(SlackVerifier.SIGNING.header()).isEmpty() && FormFields.areIn(headers);
  }
}
