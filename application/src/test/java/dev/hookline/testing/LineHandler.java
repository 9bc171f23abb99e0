package dev.hookline.testing;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.Parsing;
import dev.hookline.domain.handler.ServiceHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A provider that speaks in lines: {@code ID TYPE OWNER/NAME}, or {@code ping}. Its type {@code
 * star} is unsupported, and the repository {@code ?} needs a mapping.
 */
public final class LineHandler implements ServiceHandler<LineHandler.Line> {
  private final Service service;
  private final AtomicInteger parsed = new AtomicInteger();
  private volatile @Nullable String mapping;

  public LineHandler(Service service) {
    this.service = service;
  }

  /** A parsed line with the delivery it stood in. */
  public record Line(String id, String type, String repository, Delivery delivery) {}

  public void mapUnknownTo(String repository) {
    mapping = repository;
  }

  public void mapNothing() {
    mapping = null;
  }

  /** How many bodies were looked into. */
  public int parsed() {
    return parsed.get();
  }

  @Override
  public Service service() {
    return service;
  }

  @Override
  public Parsing<Line> parse(Delivery delivery) {
    parsed.incrementAndGet();
    String text = new String(delivery.body().bytes(), StandardCharsets.UTF_8);
    if (text.equals("ping")) {
      return new Parsing.Handshake<>(Map.of("status", "pong"));
    }
    String[] words = text.split(" ", -1);
    return words.length == 3
        ? new Parsing.Message<>(new Line(words[0], words[1], words[2], delivery))
        : new Parsing.Malformed<>(new InvalidPayloadError("not a line"));
  }

  @Override
  public String eventType(Line line) {
    return line.type();
  }

  @Override
  public String eventId(Line line) {
    return line.id();
  }

  @Override
  public Optional<UnsupportedEventError> validateEventType(Line line) {
    return line.type().equals("star")
        ? Optional.of(new UnsupportedEventError(line.type()))
        : Optional.empty();
  }

  @Override
  public RepositoryReading extractRepositoryContext(Line line) {
    String name = line.repository().equals("?") ? mapping : line.repository();
    return Optional.ofNullable(name)
        .flatMap(RepositoryContext::parse)
        .<RepositoryReading>map(RepositoryReading.Found::new)
        .orElse(new RepositoryReading.Missing(new RepositoryContextError("no mapping")));
  }

  @Override
  public StandardizedEvent standardizeEvent(Line line, RepositoryContext repository) {
    return new StandardizedEvent(
        line.id(),
        service,
        line.type(),
        repository,
        null,
        line.delivery().receivedAt(),
        Map.of(),
        Map.of("Content-Type", "text/line"),
        line.delivery().body());
  }

  @Override
  public DeliveryKey deliveryKey(Line line) {
    return new DeliveryKey(line.id());
  }

  @Override
  public Optional<String> tenant(Line line) {
    return Optional.empty();
  }
}
