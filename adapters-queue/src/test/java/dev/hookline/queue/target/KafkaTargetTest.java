package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Suspect;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What it makes of a broker's answers, and of no broker; {@link KafkaTargetBrokerTest} has one. */
class KafkaTargetTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Pipeline pipeline = aPipeline().build();
  private final Command command = new Command(pipeline.id(), 1, pipeline.event());

  /** Kafka's own stand-ins, in the order made. */
  private final List<MockProducer<String, byte[]>> producers = new ArrayList<>();

  private KafkaTarget target(boolean acknowledges) {
    return new KafkaTarget(
        "stream",
        "events",
        MINUTE,
        new IdAlone(),
        () -> {
          var producer =
              new MockProducer<>(
                  acknowledges, null, new StringSerializer(), new ByteArraySerializer());
          producers.add(producer);
          return producer;
        });
  }

  private Outcome afterFailure(KafkaTarget target, RuntimeException failure) {
    target.dispatch(command);
    producers.getLast().sendException = failure;
    return target.dispatch(command);
  }

  static List<RuntimeException> signsOfAnOutage() {
    return List.of(
        new TimeoutException("Expiring 1 record(s)"),
        new NotEnoughReplicasException("2 wanted"),
        new TimeoutException("not present in metadata"));
  }

  @ParameterizedTest
  @MethodSource("signsOfAnOutage")
  void aBrokerThatIsAwayIsUnavailableAndTheProducerStays(RuntimeException failure) {
    var target = target(true);
    var outcome = assertInstanceOf(TryAgain.class, afterFailure(target, failure));
    assertEquals(Suspect.TARGET, outcome.suspect());
    assertTrue(outcome.error().contains(failure.getMessage()), outcome.error());
    target.dispatch(command);
    assertEquals(1, producers.size());
  }

  static List<RuntimeException> whatTheOperatorMends() {
    return List.of(
        new UnknownTopicOrPartitionException("no such topic"),
        new TopicAuthorizationException("no right"),
        new TimeoutException("too late", new UnknownTopicOrPartitionException("no such topic")));
  }

  @ParameterizedTest
  @MethodSource("whatTheOperatorMends")
  void aTopicThatIsMissingOrForbiddenIsTriedAgainAndNoOutage(RuntimeException failure) {
    var outcome = assertInstanceOf(TryAgain.class, afterFailure(target(true), failure));
    assertEquals(Suspect.EVENT, outcome.suspect());
    assertTrue(outcome.error().contains("no "), outcome.error());
    assertEquals(1, producers.size());
  }

  static List<RuntimeException> whatAProducerMayNotSurvive() {
    return List.of(
        new ProducerFencedException("fenced"),
        new OutOfOrderSequenceException("out of order"),
        new ClusterAuthorizationException("no right to be idempotent"),
        new KafkaException("at least one previous idempotent request has failed"));
  }

  @ParameterizedTest
  @MethodSource("whatAProducerMayNotSurvive")
  void aProducerThatMayBeBrokenIsReplaced(RuntimeException failure) {
    var target = target(true);
    var outcome = assertInstanceOf(TryAgain.class, afterFailure(target, failure));
    assertEquals(Suspect.EVENT, outcome.suspect());
    assertTrue(producers.getFirst().closed());
    assertEquals(new Delivered(), target.dispatch(command));
    assertEquals(2, producers.size());
  }

  @Test
  void aRecordThatIsTooLargeIsGivenUp() {
    assertEquals(
        new GiveUp("RecordTooLargeException: 2 MB"),
        afterFailure(target(true), new RecordTooLargeException("2 MB")));
  }

  @Test
  void allEventsGoThroughOneProducer() {
    var target = target(true);
    target.dispatch(command);
    target.dispatch(command);
    assertEquals(2, producers.getFirst().history().size());
    assertEquals("stream", target.target());
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    var target = target(false);
    var attempt = new FutureTask<>(() -> target.dispatch(command));
    Thread thread = Thread.ofVirtual().start(attempt);
    thread.interrupt();
    assertEquals(new TryAgain("the worker was stopped"), attempt.get(20, TimeUnit.SECONDS));
  }

  @Test
  void onceClosedItMakesNoNewProducer() {
    var target = target(true);
    target.dispatch(command);
    target.close();
    assertTrue(producers.getFirst().closed());
    assertInstanceOf(TryAgain.class, target.dispatch(command));
    assertSame(producers.getFirst(), producers.getLast());
  }

  private Outcome dispatchTo(String server) {
    try (var target =
        new KafkaTarget(
            "stream", List.of(server), "events", Duration.ofMillis(400), new IdAlone())) {
      return target.dispatch(command);
    }
  }

  @Test
  void aBrokerThatIsNotThereIsUnavailable() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var outcome = assertInstanceOf(TryAgain.class, dispatchTo("127.0.0.1:" + port));
    assertEquals(Suspect.TARGET, outcome.suspect());
  }

  @Test
  void aBrokerWhoseNameLeadsNowhereIsUnavailable() {
    var outcome = assertInstanceOf(TryAgain.class, dispatchTo("broker.invalid:9092"));
    assertEquals(Suspect.TARGET, outcome.suspect(), outcome.error());
  }

  @Test
  void aBrokerThatTakesTheConnectionAndSaysNothingIsUnavailable() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var outcome =
          assertInstanceOf(TryAgain.class, dispatchTo("127.0.0.1:" + silent.getLocalPort()));
      assertEquals(Suspect.TARGET, outcome.suspect());
    }
  }

  @Test
  void theRecordSaysWhereTheCommandStandsInATrace() {
    var trace = new TraceContext("a".repeat(32), "b".repeat(16), TraceContext.SAMPLED, "c=d");
    var target = target(true);
    target.dispatch(new Command(pipeline.id(), 1, pipeline.event(), false, Optional.of(trace)));
    target.dispatch(command);

    Headers traced = producers.getLast().history().getFirst().headers();
    assertEquals(trace.traceparent(), new String(traced.lastHeader("traceparent").value(), UTF_8));
    assertEquals("c=d", new String(traced.lastHeader("tracestate").value(), UTF_8));
    assertNull(producers.getLast().history().getLast().headers().lastHeader("traceparent"));
  }

  @Test
  void whoeverObservesIsToldWhereTheRecordIsOrWhyItIsNowhere() {
    var replies = new ArrayList<Reply>();
    var observed =
        new Command(pipeline.id(), 1, pipeline.event(), false, Optional.empty(), replies::add);
    var target = target(true);
    target.dispatch(observed);
    target.dispatch(observed);
    producers.getLast().sendException =
        new TimeoutException("too late", new UnknownTopicOrPartitionException("no such topic"));
    target.dispatch(observed);
    assertEquals(
        List.of(
            new Reply.Recorded(0, 0),
            new Reply.Recorded(0, 1),
            new Reply.Broken(UnknownTopicOrPartitionException.class.getName())),
        replies);
  }
}
