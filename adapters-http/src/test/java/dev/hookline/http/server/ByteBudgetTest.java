package dev.hookline.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ByteBudget budget = new ByteBudget(80);

  @Test
  void whatIsGivenBackIsThereAgain() throws InterruptedException {
    try (var body = budget.open()) {
      assertTrue(body.begin(10));
      assertTrue(body.grow(30, Duration.ZERO));
      body.giveBack(10);
      assertEquals(50, budget.free());
    }
    assertEquals(80, budget.free());
  }

  @Test
  void anEighthIsKeptForThoseThatBegin() throws InterruptedException {
    try (var large = budget.open();
        var other = budget.open();
        var small = budget.open()) {
      assertTrue(large.begin(60));
      assertTrue(other.begin(5));
      assertTrue(large.grow(20, Duration.ZERO), "the one that may go beyond");
      assertFalse(other.grow(5, Duration.ZERO));
      assertEquals(-5, budget.free());
      assertFalse(small.begin(1));
      large.giveBack(20);
      assertFalse(other.grow(6, Duration.ZERO));
      assertTrue(small.begin(6));
    }
    assertEquals(80, budget.free());
  }

  @Test
  void oneBodyInWantGoesBeyondAndTheNextHasItsTurnOnceThatIsDone() throws Exception {
    var first = budget.open();
    assertTrue(first.begin(50));
    assertTrue(first.grow(100, Duration.ZERO));
    var second = budget.open();
    assertFalse(second.grow(100, Duration.ZERO));
    var grown = new FutureTask<>(() -> second.grow(100, LONG));
    Thread waiting = Thread.ofPlatform().start(grown);
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertFalse(grown.isDone());

    first.close();

    assertTrue(grown.get(30, TimeUnit.SECONDS));
    second.close();
    assertEquals(80, budget.free());
  }

  @Test
  void howeverManyGrowAtOnceAllComeToTheirEnd() throws Exception {
    var small = new ByteBudget(200);
    var tasks = new ArrayList<FutureTask<Boolean>>();
    var begun = new CountDownLatch(60);
    for (int i = 0; i < 60; i++) {
      var task =
          new FutureTask<>(
              () -> {
                try (var body = small.open()) {
                  boolean all = body.begin(2);
                  begun.countDown();
                  begun.await();
                  for (int size = 4; size <= 128; size *= 2) {
                    all &= body.grow(size, LONG);
                    body.giveBack(size / 2);
                  }
                  return all;
                }
              });
      tasks.add(task);
      Thread.startVirtualThread(task);
    }
    for (FutureTask<Boolean> task : tasks) {
      assertTrue(task.get(30, TimeUnit.SECONDS));
    }
    assertEquals(200, small.free());
  }
}
