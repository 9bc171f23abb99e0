package dev.hookline.testing;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Valid values to start from; a test names only what it is about. */
public final class Samples {
  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  public static final Service GITHUB = new Service("github");
  public static final RetryPolicy THREE_TIMES =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5), new Random(42));

  private static final AtomicLong SEQUENCE = new AtomicLong();

  private Samples() {}

  /** A new UUIDv7 of the given instant; later calls for the same instant sort later. */
  public static UUID uuid(Instant at) {
    long sequence = SEQUENCE.incrementAndGet();
    long high = (at.toEpochMilli() << 16) | 0x7000L | (sequence >>> 20 & 0xfff);
    return new UUID(high, 0x8000_0000_0000_0000L | (sequence & 0xfffff));
  }

  /** A small delivery whose body is unlike any other's. */
  public static Delivery aDelivery(Service service) {
    long n = SEQUENCE.incrementAndGet();
    return new Delivery(
        service,
        Headers.ofSingle(Map.of("Content-Type", "application/json", "X-GitHub-Event", "push")),
        RawBody.of(("{\"n\":" + n + "}").getBytes(StandardCharsets.UTF_8)),
        NOON,
        "127.0.0.1");
  }

  public static EventBuilder anEvent() {
    return new EventBuilder();
  }

  public static PipelineBuilder aPipeline() {
    return new PipelineBuilder();
  }

  /** Builds an event; every value has a default. */
  public static final class EventBuilder {
    private String eventId = "delivery-" + SEQUENCE.incrementAndGet();
    private Service service = GITHUB;
    private String eventType = "issue_comment";
    private RepositoryContext repository =
        new RepositoryContext("octo", "widgets", "main", 42L, true);
    private @Nullable String userRequest = "please look";
    private final Map<String, MetadataValue> metadata =
        new LinkedHashMap<>(Map.of("sender", new MetadataValue.Text("octocat")));
    private Instant createdAt = NOON;
    private RawBody rawPayload = RawBody.of("{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    public EventBuilder eventId(String value) {
      eventId = value;
      return this;
    }

    public EventBuilder service(Service value) {
      service = value;
      return this;
    }

    public EventBuilder eventType(String value) {
      eventType = value;
      return this;
    }

    /** As {@code owner/name}. */
    public EventBuilder repository(String fullName) {
      repository = RepositoryContext.parse(fullName).orElseThrow();
      return this;
    }

    public EventBuilder userRequest(@Nullable String value) {
      userRequest = value;
      return this;
    }

    /** The metadata's {@code action}. */
    public EventBuilder action(String value) {
      metadata.put("action", new MetadataValue.Text(value));
      return this;
    }

    public EventBuilder createdAt(Instant value) {
      createdAt = value;
      return this;
    }

    public EventBuilder rawPayload(RawBody value) {
      rawPayload = value;
      return this;
    }

    public StandardizedEvent build() {
      return new StandardizedEvent(
          eventId,
          service,
          eventType,
          repository,
          userRequest,
          createdAt,
          metadata,
          Map.of("Content-Type", "application/json"),
          rawPayload);
    }
  }

  /** Builds a pipeline, RECEIVED unless told otherwise. */
  public static final class PipelineBuilder {
    private PipelineId id = new PipelineId(uuid(NOON));
    private StandardizedEvent event = anEvent().build();
    private PipelineState state = new Received(NOON);

    public PipelineBuilder id(PipelineId value) {
      id = value;
      return this;
    }

    public PipelineBuilder of(StandardizedEvent value) {
      event = value;
      return this;
    }

    public PipelineBuilder in(PipelineState value) {
      state = value;
      return this;
    }

    /** With this attempt under way. */
    public PipelineBuilder onAttempt(int attempt) {
      return in(new Attempting(attempt, NOON));
    }

    public Pipeline build() {
      return Pipeline.onRecord(id, event, state, Origin.UNKNOWN);
    }
  }
}
