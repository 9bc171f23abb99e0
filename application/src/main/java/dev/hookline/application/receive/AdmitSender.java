package dev.hookline.application.receive;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import java.util.Optional;

/** Use case: let a sender's next request in, or tell it to wait, before any of its body is read. */
public final class AdmitSender {
  private final RateLimiter limiter;

  public AdmitSender(RateLimiter limiter) {
    this.limiter = limiter;
  }

  /** Nothing if the request may go on. */
  public Optional<RateLimitError> admit(Service service, String remoteAddress) {
    return limiter.tryPass(service, remoteAddress).map(RateLimitError::new);
  }
}
