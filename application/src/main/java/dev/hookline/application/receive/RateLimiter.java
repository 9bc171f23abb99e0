package dev.hookline.application.receive;

import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.Optional;

/**
 * Port: how fast one address may send to one service. Bounded in memory whatever the number of
 * addresses.
 */
public interface RateLimiter {

  /**
   * Takes one request in.
   *
   * @return nothing if it may pass; else how long until one may
   */
  Optional<Duration> tryPass(Service service, String remoteAddress);
}
