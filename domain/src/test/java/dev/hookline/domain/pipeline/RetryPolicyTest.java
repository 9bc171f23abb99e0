package dev.hookline.domain.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  /** Draws the largest value it is asked for. */
  private static final RandomGenerator LONGEST =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return 0;
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  @ParameterizedTest
  @CsvSource({"1,PT1S", "2,PT2S", "3,PT4S", "9,PT4M16S", "10,PT5M", "31,PT5M", "1000,PT5M"})
  void theLongestWaitDoublesUpToTheMaximum(int attempt, Duration longest) {
    var policy = new RetryPolicy(20, SECOND, FIVE_MINUTES, LONGEST);
    assertEquals(longest, policy.delayAfter(attempt));
  }

  @Test
  void jitterUsesTheWholeRange() {
    var policy = new RetryPolicy(20, SECOND, FIVE_MINUTES, new Random(7));
    var delays = java.util.stream.Stream.generate(() -> policy.delayAfter(1)).limit(1000).toList();
    assertTrue(delays.stream().allMatch(d -> !d.isNegative() && d.compareTo(SECOND) <= 0));
    assertTrue(delays.stream().anyMatch(d -> d.toMillis() < 100));
    assertTrue(delays.stream().anyMatch(d -> d.toMillis() > 900));
  }

  @Test
  void theLastAttemptAllowsNoOther() {
    var policy = new RetryPolicy(3, SECOND, FIVE_MINUTES, LONGEST);
    assertTrue(policy.allowsAnotherAfter(2));
    assertFalse(policy.allowsAnotherAfter(3));
  }

  @Test
  void oneAttemptAndOneWaitAreAPolicy() {
    var policy = new RetryPolicy(1, SECOND, SECOND, LONGEST);
    assertFalse(policy.allowsAnotherAfter(1));
    assertEquals(SECOND, policy.delayAfter(2));
  }

  @Test
  void impossiblePoliciesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new RetryPolicy(0, SECOND, FIVE_MINUTES, LONGEST));
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryPolicy(1, Duration.ZERO, FIVE_MINUTES, LONGEST));
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryPolicy(1, SECOND.negated(), FIVE_MINUTES, LONGEST));
    assertThrows(
        IllegalArgumentException.class, () -> new RetryPolicy(1, FIVE_MINUTES, SECOND, LONGEST));
  }
}
