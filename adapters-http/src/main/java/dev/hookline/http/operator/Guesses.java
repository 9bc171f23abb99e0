package dev.hookline.http.operator;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.pace.Buckets;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Looks at the tokens that are given, and at those of a sender who gave wrong ones slowly. Safe for
 * use by many threads.
 */
public final class Guesses {
  private static final int MOST_SENDERS = 10_000;

  /** How many of a sender's wrong tokens are looked at: so many, and then one in a while. */
  public enum Pace {
    /** Of those that somebody types. */
    BY_HAND(5, Duration.ofSeconds(12)),

    /**
     * Of those that requests carry. A program that was left with an old token goes on sending it,
     * beside others at the same address that have the right one, and is not to shut them out.
     */
    BY_PROGRAM(100, Duration.ofSeconds(1));

    public final int most;
    public final Duration between;

    Pace(int most, Duration between) {
      this.most = most;
      this.between = between;
    }

    private Bandwidth limit() {
      return Bandwidth.builder().capacity(most).refillIntervally(1, between).build();
    }
  }

  private final AdminToken token;
  private final Pace pace;
  private final Buckets<String> failures;

  /** What was seen of a token. */
  public sealed interface Look {
    record Right() implements Look {}

    record Wrong() implements Look {}

    /** Too many were wrong; whether this one is, is not even looked at. */
    record TooOften(Duration pause) implements Look {}
  }

  public Guesses(AdminToken token, Pace pace, LongSupplier nanoTime) {
    this.token = token;
    this.pace = pace;
    this.failures = new Buckets<>(MOST_SENDERS, pace.between.multipliedBy(pace.most), nanoTime);
  }

  /**
   * Looks at a token; where none is wanted, any is right.
   *
   * @param sender whose failures count together
   */
  public Look at(String given, String sender) {
    if (!token.isWanted()) {
      return new Look.Right();
    }
    Bucket allowed = failures.of(sender, pace::limit);
    // One after the other: of those that come together no more are looked at than may be wrong.
    synchronized (allowed) {
      var permit = allowed.tryConsumeAndReturnRemaining(1);
      if (!permit.isConsumed()) {
        return new Look.TooOften(Duration.ofNanos(permit.getNanosToWaitForRefill()));
      }
      if (!token.is(given)) {
        return new Look.Wrong();
      }
      allowed.addTokens(1);
      return new Look.Right();
    }
  }

  /** Looks at the token that a request carries; that there is none is no guess. */
  public Look at(Headers headers, String sender) {
    Optional<String> given = AdminToken.in(headers);
    if (given.isPresent()) {
      return at(given.get(), sender);
    }
    return token.isWanted() ? new Look.Wrong() : new Look.Right();
  }
}
