package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.application.format.CloudEventAttributes;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target {@code kafka}: one record for each event, keyed by its repository, so that a
 * repository's events share a partition and keep their order there. The value is the CloudEvent in
 * structured mode, and the headers repeat its attributes (Kafka protocol binding for CloudEvents
 * 1.0, section 3.3); {@code traceparent} and {@code tracestate} are among them for a command that
 * stands in a trace.
 *
 * <p>Success is the acknowledgement of all in-sync replicas. The producer is idempotent: its own
 * repeats are written once. A record that the topic never takes for its size is final; everything
 * else is tried again. No broker need be there when this is made: it is looked for at the first
 * event.
 */
public final class KafkaTarget implements CommandDispatcher, AutoCloseable {
  /**
   * The largest record that is offered to a broker, in bytes. The topic's own limit ({@code
   * max.message.bytes}) is usually lower, and then decides.
   */
  public static final int MAX_RECORD = 64 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(KafkaTarget.class);

  private final String name;
  private final String topic;
  private final Duration timeout;
  private final EventFormat format;
  private final Supplier<Producer<String, byte[]>> producers;

  private @Nullable Producer<String, byte[]> current;
  private boolean closed;

  /**
   * @param name as metrics show it
   * @param bootstrapServers {@code host:port}, at least one
   * @param timeout for one attempt, from looking for the broker to its acknowledgement
   */
  public KafkaTarget(
      String name,
      List<String> bootstrapServers,
      String topic,
      Duration timeout,
      EventFormat format) {
    this(name, topic, timeout, format, producers(name, bootstrapServers, timeout));
  }

  KafkaTarget(
      String name,
      String topic,
      Duration timeout,
      EventFormat format,
      Supplier<Producer<String, byte[]>> producers) {
    this.name = name;
    this.topic = topic;
    this.timeout = timeout;
    this.format = format;
    this.producers = producers;
  }

  private static Supplier<Producer<String, byte[]>> producers(
      String name, List<String> bootstrapServers, Duration timeout) {
    var settings = clientSettings(name, bootstrapServers, timeout);
    return () -> new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> clientSettings(
      String name, List<String> bootstrapServers, Duration timeout) {
    int attempt = Math.clamp(timeout.toMillis(), 8, Integer.MAX_VALUE);
    // A quarter to find the broker, which is mostly known already; the rest to be acknowledged,
    // with time for a second request after one that got no answer.
    int finding = attempt / 4;
    int delivery = attempt - finding;
    return Map.ofEntries(
        entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
        entry(ProducerConfig.CLIENT_ID_CONFIG, "hookline-" + name),
        entry(ProducerConfig.ACKS_CONFIG, "all"),
        entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
        entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5),
        // The worker waits for each acknowledgement; what gathers meanwhile goes in one batch.
        entry(ProducerConfig.LINGER_MS_CONFIG, 0),
        entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none"),
        entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, finding),
        entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, delivery),
        entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, delivery / 2),
        entry(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, finding),
        entry(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, finding),
        // Rare enough for a broker that is away, and within one attempt for one that is back.
        entry(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, Math.min(100, finding / 2)),
        entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, Math.min(2_000, finding / 2)),
        entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD),
        entry(ProducerConfig.BUFFER_MEMORY_CONFIG, MAX_RECORD),
        entry(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of()),
        entry(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false));
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command command) {
    long deadline = System.nanoTime() + timeout.toNanos();
    var record = record(command);
    Producer<String, byte[]> producer;
    try {
      producer = producer();
    } catch (KafkaException e) {
      // All other settings are ours: it is the servers' names that lead nowhere today.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      command.observer().accept(Reply.Broken.by(cause));
      return TryAgain.unreachable(said(cause));
    }
    try {
      RecordMetadata written =
          producer.send(record).get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      command.observer().accept(new Reply.Recorded(written.partition(), written.offset()));
      return new Delivered();
    } catch (InterruptedException | InterruptException _) {
      Thread.currentThread().interrupt();
      return new TryAgain("the worker was stopped");
    } catch (java.util.concurrent.TimeoutException _) {
      command.observer().accept(Reply.Broken.TIMEOUT);
      return TryAgain.unreachable("no acknowledgement within " + timeout);
    } catch (ExecutionException e) {
      return judge(e.getCause() == null ? e : e.getCause(), producer, command);
    } catch (KafkaException | IllegalStateException e) {
      return judge(e, producer, command);
    }
  }

  private ProducerRecord<String, byte[]> record(Command command) {
    var event = command.event();
    var record =
        new ProducerRecord<>(
            topic, event.repository().fullName(), format.encodeCloudEvent(command.id(), event));
    record.headers().add("content-type", "application/cloudevents+json".getBytes(UTF_8));
    CloudEventAttributes.of(command.id(), event)
        .forEach(
            (attribute, value) -> record.headers().add("ce_" + attribute, value.getBytes(UTF_8)));
    command.trace().ifPresent(trace -> tell(trace, record));
    return record;
  }

  private static void tell(TraceContext trace, ProducerRecord<String, byte[]> record) {
    record.headers().add("traceparent", trace.traceparent().getBytes(UTF_8));
    if (!trace.state().isEmpty()) {
      record.headers().add("tracestate", trace.state().getBytes(UTF_8));
    }
  }

  private Outcome judge(Throwable failure, Producer<String, byte[]> producer, Command command) {
    // That no broker knew the topic in time comes as a time-out; why they did not is its cause.
    Throwable reason =
        failure instanceof TimeoutException && failure.getCause() instanceof ApiException known
            ? known
            : failure;
    command.observer().accept(Reply.Broken.by(reason));
    return switch (reason) {
      case RecordTooLargeException _ -> new GiveUp(said(reason));
      case UnknownTopicOrPartitionException _,
          InvalidTopicException _,
          TopicAuthorizationException _ ->
          new TryAgain(said(reason));
      case TimeoutException _ -> TryAgain.unreachable("no answer in time: " + reason.getMessage());
      case RetriableException _ -> TryAgain.unreachable(said(reason));
      default -> {
        // Some of these an idempotent producer does not survive, and would repeat for every event.
        retire(producer, reason);
        yield new TryAgain(said(reason));
      }
    };
  }

  private static String said(Throwable failure) {
    return "%s: %s".formatted(failure.getClass().getSimpleName(), failure.getMessage());
  }

  private synchronized Producer<String, byte[]> producer() {
    if (closed) {
      throw new KafkaException("the target is closed");
    }
    var producer = current;
    if (producer == null) {
      producer = producers.get();
      current = producer;
    }
    return producer;
  }

  private void retire(Producer<String, byte[]> broken, Throwable reason) {
    synchronized (this) {
      if (current != broken) {
        return;
      }
      current = null;
    }
    LOG.atWarn()
        .addKeyValue("target", name)
        .addKeyValue("error", said(reason))
        .log("the Kafka producer is replaced");
    broken.close(Duration.ZERO);
  }

  /** Ends within the time of one attempt. */
  @Override
  public void close() {
    Producer<String, byte[]> last;
    synchronized (this) {
      closed = true;
      last = current;
      current = null;
    }
    if (last != null) {
      last.close(timeout);
    }
  }
}
