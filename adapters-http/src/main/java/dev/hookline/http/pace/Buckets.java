package dev.hookline.http.pace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A token bucket for each key. A bounded number is kept; the least used go first, and a key that
 * comes back then starts with a full one. Safe for use by many threads.
 */
public final class Buckets<K> {
  private final LongSupplier nanoTime;
  private final Cache<K, Bucket> buckets;

  /**
   * @param most how many are kept
   * @param idle how long a bucket must not be used to be as good as a new one
   */
  public Buckets(long most, Duration idle, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(most)
            .expireAfterAccess(idle)
            .ticker(nanoTime::getAsLong)
            .build();
  }

  /** The key's bucket, a full one of this limit if there is none. */
  public Bucket of(K key, Supplier<Bandwidth> limit) {
    return buckets.get(key, _ -> full(limit.get()));
  }

  private Bucket full(Bandwidth limit) {
    return Bucket.builder().addLimit(limit).withCustomTimePrecision(new Meter(nanoTime)).build();
  }

  /** How many are kept. */
  public long size() {
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
