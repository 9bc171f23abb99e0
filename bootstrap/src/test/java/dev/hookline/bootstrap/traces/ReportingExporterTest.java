package dev.hookline.bootstrap.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hookline.http.metrics.SpanCounts;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("a log that others write is listened to")
class ReportingExporterTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ReportingExporter.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private CompletableResultCode answer =
      CompletableResultCode.ofExceptionalFailure(new IOException("connection refused"));

  private final SpanTally tally = new SpanTally();

  private final SpanExporter exporter =
      new ReportingExporter(
          new SpanExporter() {
            @Override
            public CompletableResultCode export(Collection<SpanData> spans) {
              return answer;
            }

            @Override
            public CompletableResultCode flush() {
              return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode shutdown() {
              return CompletableResultCode.ofSuccess();
            }
          },
          tally,
          nanos::get);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  private void export(int spans) {
    exporter.export(
        new AbstractCollection<SpanData>() {
          @Override
          public Iterator<SpanData> iterator() {
            throw new UnsupportedOperationException("nobody looks into them");
          }

          @Override
          public int size() {
            return spans;
          }
        });
  }

  private List<String> said() {
    return lines.list.stream().map(line -> line.getKeyValuePairs().toString()).toList();
  }

  @Test
  void theFirstLossIsSaidAtOnceAndTheRestOncePerMinute() {
    export(3);
    for (int i = 0; i < 50; i++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      export(2);
    }
    assertEquals(
        List.of("[spans=\"3\", reason=\"java.io.IOException: connection refused\"]"), said());

    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    export(1);
    assertEquals(
        "[spans=\"101\", reason=\"java.io.IOException: connection refused\"]", said().getLast());
    assertEquals(2, said().size());
    assertEquals(new SpanCounts(0, 104, 0), tally.counts());
  }

  @Test
  void whatIsTakenIsNotSaid() {
    answer = CompletableResultCode.ofSuccess();
    export(3);

    assertEquals(List.of(), said());
    assertEquals(new SpanCounts(3, 0, 0), tally.counts());
  }
}
