package dev.hookline.benchmark.jmh;

import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.http.json.JacksonEventFormat;
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

/** The JSON form of an event: for the database, which keeps the payload apart, and for a target. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodeBenchmark {
  /** Of the payload, in kilobytes. */
  @Param({"1", "16", "200"})
  public int kilobytes;

  private final EventFormat format = new JacksonEventFormat();
  private StandardizedEvent event = Sent.by("github", 1).event();

  @Setup
  public void make() {
    event = Sent.by("github", kilobytes).event();
  }

  @Benchmark
  public String withoutPayload() {
    return format.encodeWithoutPayload(event);
  }

  @Benchmark
  public byte[] whole() {
    return format.encode(event);
  }
}
