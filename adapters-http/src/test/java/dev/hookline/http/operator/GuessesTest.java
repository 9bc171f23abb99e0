package dev.hookline.http.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.operator.Guesses.Look;
import dev.hookline.http.operator.Guesses.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuessesTest {
  private static final int MANY = 50;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Optional<String> token = Optional.of("t0ken");
  private final Guesses guesses =
      new Guesses(
          new AdminToken(
              () -> {
                asked.incrementAndGet();
                return token;
              }),
          Pace.BY_HAND,
          nanos::get);

  private List<Look> together(String given) throws Exception {
    var go = new CountDownLatch(1);
    var looks = new ArrayList<FutureTask<Look>>();
    for (int i = 0; i < MANY; i++) {
      var look =
          new FutureTask<>(
              () -> {
                go.await();
                return guesses.at(given, "192.0.2.1");
              });
      looks.add(look);
      Thread.ofPlatform().start(look);
    }
    go.countDown();
    var seen = new ArrayList<Look>();
    for (var look : looks) {
      seen.add(look.get(30, TimeUnit.SECONDS));
    }
    return seen;
  }

  @Test
  void ofGuessesThatComeTogetherNoMoreAreLookedAtThanMayBeWrong() throws Exception {
    List<Look> looks = together("guess");
    assertEquals(Pace.BY_HAND.most, looks.stream().filter(new Look.Wrong()::equals).count());
    assertEquals(MANY + Pace.BY_HAND.most, asked.get(), "asked whether, and then which");
  }

  @Test
  void rightOnesThatComeTogetherAllPass() throws Exception {
    assertEquals(MANY, together("t0ken").stream().filter(new Look.Right()::equals).count());
  }

  @Test
  void afterAWhileOneMoreIsLookedAt() {
    for (int i = 0; i < Pace.BY_HAND.most; i++) {
      assertEquals(new Look.Wrong(), guesses.at("guess", "192.0.2.1"));
    }
    assertEquals(new Look.TooOften(Pace.BY_HAND.between), guesses.at("t0ken", "192.0.2.1"));
    nanos.addAndGet(Pace.BY_HAND.between.minus(Duration.ofSeconds(1)).toNanos());
    assertEquals(new Look.TooOften(Duration.ofSeconds(1)), guesses.at("t0ken", "192.0.2.1"));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertEquals(new Look.Right(), guesses.at("t0ken", "192.0.2.1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic dDBrZW4=", "t0ken"})
  void whatIsNoTokenIsNoGuess(String authorization) {
    for (int i = 0; i < MANY; i++) {
      var headers = Headers.ofSingle(Map.of("Authorization", authorization));
      assertEquals(new Look.Wrong(), guesses.at(headers, "192.0.2.1"));
    }
    var right = Headers.ofSingle(Map.of("Authorization", "bearer t0ken"));
    assertEquals(new Look.Right(), guesses.at(right, "192.0.2.1"));
  }

  @Test
  void whereNoneIsWantedAnyPasses() {
    token = Optional.empty();
    for (int i = 0; i < MANY; i++) {
      assertEquals(new Look.Right(), guesses.at("anything", "192.0.2.1"));
      assertEquals(new Look.Right(), guesses.at(Headers.of(Map.of()), "192.0.2.1"));
    }
  }
}
