package dev.hookline.http.intake;

import dev.hookline.application.receive.RateLimiter;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.pace.Buckets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A token bucket for each service and address. An IPv6 sender counts by its /64, since that much is
 * given to every host. Bounded as {@link Buckets} are.
 */
public final class BucketRateLimiter implements RateLimiter {
  private record Sender(Service service, String address) {}

  private final Map<Service, Rate> rates;
  private final Buckets<Sender> buckets;

  /**
   * @param rates per second and address; a service that is missing is not limited
   */
  public BucketRateLimiter(Map<Service, Rate> rates) {
    this(rates, System::nanoTime);
  }

  BucketRateLimiter(Map<Service, Rate> rates, LongSupplier nanoTime) {
    this.rates = Map.copyOf(rates);
    this.buckets =
        new Buckets<>(Rate.MOST_COUNTED, Rate.longestUntilFull(rates.values()), nanoTime);
  }

  @Override
  public Optional<Duration> tryPass(Service service, String remoteAddress) {
    Rate rate = rates.get(service);
    if (rate == null) {
      return Optional.empty();
    }
    var probe =
        buckets
            .of(new Sender(service, Network.senderOf(remoteAddress)), rate::limit)
            .tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }

  /** How many senders are remembered. */
  long size() {
    return buckets.size();
  }
}
