package dev.hookline.http.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.hookline.application.receive.RateLimiter;
import dev.hookline.domain.delivery.Service;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A token bucket for each service and address. An IPv6 sender counts by its /64, since that much is
 * given to every host. At most {@value #MAX_BUCKETS} buckets are kept; the least used go first.
 */
public final class BucketRateLimiter implements RateLimiter {
  static final int MAX_BUCKETS = 100_000;

  /**
   * How fast one address may send.
   *
   * @param perSecond requests per second in the long run, at least 1
   * @param burst requests at once, at least 1
   */
  public record Rate(int perSecond, int burst) {
    public Rate {
      if (perSecond < 1 || burst < 1) {
        throw new IllegalArgumentException("a rate of %d:%d".formatted(perSecond, burst));
      }
    }

    private Duration untilFull() {
      return Duration.ofMillis(1000L * burst / perSecond).plusSeconds(1);
    }
  }

  private record Sender(Service service, String address) {}

  private final Map<Service, Rate> rates;
  private final LongSupplier nanoTime;
  private final Cache<Sender, Bucket> buckets;

  /**
   * @param rates a service that is missing is not limited
   */
  public BucketRateLimiter(Map<Service, Rate> rates) {
    this(rates, System::nanoTime);
  }

  BucketRateLimiter(Map<Service, Rate> rates, LongSupplier nanoTime) {
    this.rates = Map.copyOf(rates);
    this.nanoTime = nanoTime;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS)
            // A bucket that had time to fill up is as good as a new one.
            .expireAfterAccess(longest(rates))
            .ticker((Ticker) nanoTime::getAsLong)
            .build();
  }

  private static Duration longest(Map<Service, Rate> rates) {
    return rates.values().stream()
        .map(Rate::untilFull)
        .max(Duration::compareTo)
        .orElse(Duration.ofSeconds(1));
  }

  @Override
  public Optional<Duration> tryPass(Service service, String remoteAddress) {
    Rate rate = rates.get(service);
    if (rate == null) {
      return Optional.empty();
    }
    Bucket bucket = buckets.get(new Sender(service, group(remoteAddress)), _ -> newBucket(rate));
    var probe = bucket.tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }

  /** How many senders are remembered. */
  long size() {
    buckets.cleanUp();
    return buckets.estimatedSize();
  }

  private Bucket newBucket(Rate rate) {
    return Bucket.builder()
        .addLimit(
            limit ->
                limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
        .withCustomTimePrecision(new Meter(nanoTime))
        .build();
  }

  private static String group(String remoteAddress) {
    return Network.literal(remoteAddress).map(BucketRateLimiter::group).orElse(remoteAddress);
  }

  private static String group(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8)) + "::/64"
        : address.getHostAddress();
  }

  private record Meter(LongSupplier nanoTime) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return nanoTime.getAsLong();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
