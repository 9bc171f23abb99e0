package dev.hookline.benchmark.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuTest {
  @Test
  void nameOfAProcessMayHoldAnything() {
    assertEquals(
        List.of(0L, 7L, 1L, 1L, 0L, -1L, 4L, 5L, 6L, 7L, 8L, 110L, 20L, 3L, 4L),
        Cpu.numbers("42 (a) b) S 7 1 1 0 -1 4 5 6 7 8 110 20 3 4 20 0"));
  }
}
