package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.Receipt;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.testing.LogLines;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WebhookLoggerTest {
  private static final Duration TOOK = Duration.ofMillis(7);

  private final LogLines lines = new LogLines();
  private final AtomicLong nanos = new AtomicLong();
  private final WebhookLogger logger = new WebhookLogger(lines, nanos::get);

  @Test
  void acceptedWebhookIsOneLineWithItsFacts() {
    var event = Samples.anEvent().eventId("d1").repository("octo/widgets").build();
    var id = new PipelineId(Samples.uuid(Samples.NOON));
    logger.standardized(
        new Receipt.Accepted(id, event, Duration.ZERO),
        Samples.GITHUB,
        "r1",
        Optional.empty(),
        TOOK);

    assertEquals(
        List.of(
            "INFO webhook accepted service=github request_id=r1 status=accepted duration_ms=7"
                + " event_type=issue_comment event_id=d1 pipeline_id="
                + id
                + " repository=octo/widgets"),
        lines.written);
  }

  @Test
  void dispatchThatIsPutOffIsToldSo() {
    var event = Samples.anEvent().build();
    var id = new PipelineId(Samples.uuid(Samples.NOON));
    var receipt = new Receipt.Accepted(id, event, Duration.ofSeconds(3));
    logger.standardized(receipt, Samples.GITHUB, "r1", Optional.empty(), TOOK);

    assertTrue(lines.written.getFirst().endsWith(" put_off_ms=3000"), lines.written.getFirst());
  }

  @Test
  void senderTextCannotForgeALineNorGrowIt() {
    var hostile = "x\r\nERROR forged \u001b[31m" + "y".repeat(10_000);
    var refused =
        new RefusedDelivery(
            Samples.uuid(Samples.NOON),
            Samples.aDelivery(Samples.GITHUB),
            "UnsupportedEventError",
            hostile,
            Optional.of(hostile),
            Optional.of("d1"));
    logger.refused(refused, Samples.GITHUB, "r1", Optional.empty(), Status.UNSUPPORTED_EVENT, TOOK);

    String line = lines.written.getFirst();
    assertTrue(line.contains("event_type=x\\u000d\\u000aERROR forged \\u001b[31myyy"), line);
    assertTrue(line.length() < 1000, line);
  }

  @Test
  void strangersAreLoggedAtALimitedRate() {
    for (int i = 0; i < 1000; i++) {
      logger.turnedAway(Samples.GITHUB, "r", Status.INVALID_SIGNATURE, TOOK);
    }
    assertEquals(WebhookLogger.STRANGERS_PER_SECOND, lines.written.size());

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    logger.turnedAway(Samples.GITHUB, "r", Status.INVALID_SIGNATURE, TOOK);
    assertTrue(lines.written.getLast().endsWith("suppressed=990"), lines.written.getLast());
  }

  @Test
  void whoChecksWithoutASignatureIsAStrangerToo() {
    logger.turnedAway(Samples.GITHUB, "r", Status.INVALID_SIGNATURE, TOOK);
    for (int i = 0; i < 1000; i++) {
      logger.unsignedCheck(Samples.GITHUB, "r", TOOK);
    }
    assertEquals(WebhookLogger.STRANGERS_PER_SECOND, lines.written.size());
    assertEquals(
        "INFO webhook handshake service=github request_id=r status=handshake duration_ms=7"
            + " suppressed=0",
        lines.written.getLast());

    logger.handshake(Samples.GITHUB, "r", TOOK);
    assertEquals(WebhookLogger.STRANGERS_PER_SECOND + 1, lines.written.size(), "it is signed");
  }
}
