package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.hookline.bootstrap.cli.ExitCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifetimeTest {
  private final CompletableFuture<Integer> halted = new CompletableFuture<>();

  /** As a signal asks for it with 0, and a watch with another. */
  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "2, 2"})
  void whatIsStillOpenAfterTheGraceIsGivenUp(int asked, int given) {
    var life = new Lifetime(Duration.ofMillis(1), halted::complete);
    var closer = new Closer();
    closer.add(() -> assertEquals(given, halted.get(30, TimeUnit.SECONDS)));
    life.end(asked);
    assertEquals(asked, life.run(closer));
    assertEquals(given, halted.getNow(-1));
  }

  @Test
  void whatClosesInTimeIsNotHalted() {
    var life = new Lifetime(Duration.ofHours(1), halted::complete);
    life.end(ExitCode.USAGE);
    life.end(ExitCode.DONE);
    assertEquals(ExitCode.USAGE, life.run(new Closer()));
    assertFalse(halted.isDone());
  }
}
