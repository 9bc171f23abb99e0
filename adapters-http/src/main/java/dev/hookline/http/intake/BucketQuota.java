package dev.hookline.http.intake;

import dev.hookline.application.receive.Quota;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.pace.Buckets;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each service and tenant, which goes into debt: the longer it is overdrawn, the
 * later the next event's turn, so that a burst is spread at the rate. Bounded as {@link Buckets}
 * are, and kept by this process alone.
 */
public final class BucketQuota implements Quota {
  private record Tenant(Service service, String name) {}

  private final Map<Service, Rate> rates;
  private final Buckets<Tenant> buckets;

  /**
   * @param rates per second and tenant; a service that is missing has no quota
   */
  public BucketQuota(Map<Service, Rate> rates) {
    this(rates, System::nanoTime);
  }

  BucketQuota(Map<Service, Rate> rates, LongSupplier nanoTime) {
    this.rates = Map.copyOf(rates);
    this.buckets =
        new Buckets<>(
            Rate.MOST_COUNTED, Rate.longestUntilFull(rates.values()).plus(LONGEST), nanoTime);
  }

  @Override
  public Duration take(Service service, String tenant) {
    Rate rate = rates.get(service);
    if (rate == null) {
      return Duration.ZERO;
    }
    Bucket bucket = buckets.of(new Tenant(service, tenant), rate::limit);
    var wait = Duration.ofNanos(bucket.consumeIgnoringRateLimits(1));
    if (wait.compareTo(LONGEST) <= 0) {
      return wait;
    }
    // The debt stays within what can be asked of an event, and is paid off once the flood ends.
    bucket.addTokens(1);
    return LONGEST;
  }

  @Override
  public void giveBack(Service service, String tenant) {
    Rate rate = rates.get(service);
    if (rate != null) {
      buckets.of(new Tenant(service, tenant), rate::limit).addTokens(1);
    }
  }

  /** How many tenants are remembered. */
  long size() {
    return buckets.size();
  }
}
