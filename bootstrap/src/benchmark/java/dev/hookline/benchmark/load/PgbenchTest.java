package dev.hookline.benchmark.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PgbenchTest {
  @Test
  void reportOfARunIsRead() {
    assertEquals(
        new Pgbench.Report(49_120, 2455.9),
        Pgbench.Report.parse(
            """
            pgbench (15.14)
            number of clients: 16
            duration: 20 s
            number of transactions actually processed: 49120
            number of failed transactions: 0 (0.000%)
            latency average = 6.515 ms
            initial connection time = 38.1 ms
            tps = 2455.9 (without initial connection time)
            """));
  }

  @Test
  void runWithoutResultIsNoReport() {
    assertThrows(
        BenchmarkException.class, () -> Pgbench.Report.parse("pgbench: error: connection refused"));
  }

  @Test
  void percentileIsThatOfTheThirdColumn() {
    List<String> log =
        IntStream.rangeClosed(1, 100).mapToObj(i -> "0 %d %d000 0 1 2".formatted(i, i)).toList();
    assertEquals(100, Pgbench.percentile(log, 0.99));
    assertEquals(51, Pgbench.percentile(log, 0.5));
  }
}
