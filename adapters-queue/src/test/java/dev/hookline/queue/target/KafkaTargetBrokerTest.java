package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Suspect;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineId;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker. */
class KafkaTargetBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(8);
  private static final int PARTITIONS = 3;

  @TempDir private static Path folder;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = new KafkaBroker(folder);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static void create(String topic) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
  }

  private static KafkaTarget target(String topic, Duration timeout) {
    return new KafkaTarget("kafka", List.of(broker.address()), topic, timeout, new IdAlone());
  }

  private static Command command(StandardizedEvent event) {
    PipelineId id = aPipeline().build().id();
    return new Command(id, 1, event);
  }

  private static Command about(String repository) {
    return command(anEvent().repository(repository).build());
  }

  /** All that is in the topic, once there are so many. */
  private static List<ConsumerRecord<String, byte[]>> read(String topic, int count) {
    var records = new ArrayList<ConsumerRecord<String, byte[]>>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.address(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(
          IntStream.range(0, PARTITIONS).mapToObj(n -> new TopicPartition(topic, n)).toList());
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (records.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    assertEquals(count, records.size());
    return records;
  }

  private static CloudEvent cloudEvent(ConsumerRecord<String, byte[]> record) {
    return KafkaMessageFactory.createReader(record).toEvent();
  }

  @Test
  void anEventIsARecordOfTheCloudEventsBindingKeyedByItsRepository() throws Exception {
    create("events");
    var command = about("octo/widgets");
    try (var target = target("events", TIMEOUT)) {
      assertEquals(new Delivered(), target.dispatch(command));
    }
    var record = read("events", 1).getFirst();
    assertEquals("octo/widgets", record.key());
    var headers = new LinkedHashMap<String, String>();
    record
        .headers()
        .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
    assertEquals(
        Map.of(
            "content-type", "application/cloudevents+json",
            "ce_specversion", "1.0",
            "ce_id", command.id().toString(),
            "ce_source", "/webhooks/github",
            "ce_type", "dev.hookline.github.issue_comment",
            "ce_subject", "octo/widgets",
            "ce_time", "2026-03-01T12:00:00Z"),
        headers);
    assertEquals(
        new String(new IdAlone().encodeCloudEvent(command.id(), command.event()), UTF_8),
        new String(record.value(), UTF_8));
    CloudEvent event = cloudEvent(record);
    assertEquals(command.id().toString(), event.getId());
    assertEquals("octo/widgets", event.getSubject());
  }

  @Test
  void aBrokerThatStopsIsUnavailableUntilItIsBackAndOrderHolds() throws Exception {
    create("outage");
    var sent = Stream.generate(() -> about("octo/widgets")).limit(20).toList();
    try (var target = target("outage", Duration.ofSeconds(2))) {
      for (Command command : sent.subList(0, 10)) {
        assertEquals(new Delivered(), tried(target, command));
      }
      broker.stop();
      long before = System.nanoTime();
      var outcome = assertInstanceOf(TryAgain.class, target.dispatch(sent.get(10)));
      assertEquals(Suspect.TARGET, outcome.suspect(), outcome.error());
      assertTrue(System.nanoTime() - before < Duration.ofSeconds(6).toNanos());
      broker.start();
      for (Command command : sent.subList(10, 20)) {
        assertEquals(new Delivered(), tried(target, command));
      }
    }
    assertEquals(
        sent.stream().map(command -> command.id().toString()).toList(),
        read("outage", 20).stream().map(record -> cloudEvent(record).getId()).distinct().toList());
  }

  /** As the worker does it: the same event until it is taken. */
  private static Outcome tried(KafkaTarget target, Command command) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Outcome outcome = target.dispatch(command);
    while (outcome instanceof TryAgain && System.nanoTime() < deadline) {
      outcome = target.dispatch(command);
    }
    return outcome;
  }

  @Test
  void aRecordThatTheTopicNeverTakesIsGivenUpAndTheNextOneIsTaken() throws Exception {
    create("small");
    byte[] payload = ("{\"a\":\"" + "x".repeat(3_000_000) + "\"}").getBytes(UTF_8);
    try (var target = target("small", TIMEOUT)) {
      var outcome =
          assertInstanceOf(
              GiveUp.class,
              target.dispatch(command(anEvent().rawPayload(RawBody.of(payload)).build())));
      assertTrue(outcome.error().startsWith("RecordTooLargeException"), outcome.error());
      assertEquals(new Delivered(), target.dispatch(about("octo/widgets")));
    }
  }

  @Test
  void aTopicThatDoesNotExistIsTriedAgainAndNoOutage() {
    try (var target = target("nowhere", TIMEOUT)) {
      var outcome = assertInstanceOf(TryAgain.class, target.dispatch(about("octo/widgets")));
      assertEquals(Suspect.EVENT, outcome.suspect(), outcome.error());
    }
  }
}
