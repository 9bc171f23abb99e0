package dev.hookline.benchmark.jmh;

import dev.hookline.application.standardize.Standardization;
import dev.hookline.application.standardize.Standardizer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From an authentic delivery to its event: parsing, event type, repository, translation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StandardizeBenchmark {
  @Param({"github", "slack", "linear"})
  public String service = "";

  /** A provider's envelope alone may take more than the least. */
  @Param({"1", "16", "200"})
  public int kilobytes;

  private Sent sent = Sent.by("github", 1);
  private Standardizer standardizer = sent.standardizer();

  @Setup
  public void make() {
    sent = Sent.by(service, kilobytes);
    standardizer = sent.standardizer();
    sent.event();
  }

  @Benchmark
  public Standardization standardize() {
    return standardizer.standardize(sent.delivery());
  }
}
