package dev.hookline.application.inspect;

import java.time.Instant;
import java.util.Optional;

/**
 * Which refused deliveries are meant; what is empty does not narrow.
 *
 * @param error the simple name of the {@code WebhookError}
 * @param since received at this instant or later
 * @param until received before this instant
 */
public record RefusedFilter(
    Optional<String> service,
    Optional<String> eventType,
    Optional<String> error,
    Optional<Instant> since,
    Optional<Instant> until) {

  /** Every refused delivery. */
  public static final RefusedFilter ALL =
      new RefusedFilter(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
