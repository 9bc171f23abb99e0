package dev.hookline.http.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A token bucket for each key. At most {@value #MOST} are kept; the least used go first, and a key
 * that comes back then starts with a full one. Safe for use by many threads.
 */
final class Buckets<K> {
  static final int MOST = 100_000;

  private final LongSupplier nanoTime;
  private final Cache<K, Bucket> buckets;

  /**
   * @param idle how long a bucket must not be used to be as good as a new one
   */
  Buckets(Duration idle, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(idle)
            .ticker(nanoTime::getAsLong)
            .build();
  }

  /** The key's bucket, a full one at this rate if there is none. */
  Bucket of(K key, Rate rate) {
    return buckets.get(key, _ -> full(rate));
  }

  private Bucket full(Rate rate) {
    return Bucket.builder()
        .addLimit(
            limit ->
                limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
        .withCustomTimePrecision(new Meter(nanoTime))
        .build();
  }

  /** How many are kept. */
  long size() {
    buckets.cleanUp();
    return buckets.estimatedSize();
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
