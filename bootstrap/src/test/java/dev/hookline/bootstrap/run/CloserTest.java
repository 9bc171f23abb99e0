package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CloserTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void theLastIsClosedFirstAndOneThatFailsKeepsNoOtherOpen() {
    try (var closer = new Closer()) {
      closer.add(() -> closed.add("first"));
      closer.add(
          () -> {
            throw new IllegalStateException("stuck");
          });
      closer.add(() -> closed.add("last"));
    }
    assertEquals(List.of("last", "first"), closed);
  }

  @Test
  @Timeout(30)
  void whatIsClosedTogetherDoesNotWaitForEachOther() {
    var both = new CyclicBarrier(2);
    try (var closer = new Closer()) {
      closer.add(() -> closed.add("before"));
      closer.addTogether(
          () -> both.await(10, TimeUnit.SECONDS), () -> both.await(10, TimeUnit.SECONDS));
      closer.add(() -> closed.add("after"));
    }
    assertEquals(List.of("after", "before"), closed);
    assertFalse(both.isBroken(), "the one waited for the other");
  }
}
