package dev.hookline.http.acme;

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
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.EventTypes;
import dev.hookline.http.provider.Metadata;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.provider.Timestamps;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads Acme Builds' events: a type such as {@code build}, and what happened to it. */
final class AcmeHandler implements ServiceHandler<AcmeMessage> {
  private final ProviderProfile profile;
  private final SupportedEvents supported;
  private final RepositoryMappings repositories;

  AcmeHandler(ProviderProfile profile, SupportedEvents supported, RepositoryMappings repositories) {
    this.profile = profile;
    this.supported = supported;
    this.repositories = repositories;
  }

  @Override
  public Service service() {
    return profile.service();
  }

  @Override
  public Parsing<AcmeMessage> parse(Delivery delivery) {
    Optional<Payload> payload = Payload.read(delivery.body().bytes());
    if (payload.isEmpty()) {
      return malformed("the body must be one JSON object");
    }
    Optional<DeliveryKey> id = payload.get().text("id").flatMap(DeliveryKey::of);
    if (id.isEmpty()) {
      return malformed("id is missing");
    }
    Optional<String> type = payload.get().text("type").filter(EventTypes::isType);
    if (type.isEmpty()) {
      return malformed("type must be a name");
    }
    if (type.get().equals("hello")) {
      return new Parsing.Handshake<>(Map.of("hello", "acme"));
    }
    return new Parsing.Message<>(
        new AcmeMessage(
            type.get(),
            payload.get().text("action").filter(EventTypes::isType),
            id.get(),
            payload.get(),
            delivery.body(),
            delivery.headers().select(profile::keepsHeader),
            delivery.receivedAt()));
  }

  private static Parsing<AcmeMessage> malformed(String message) {
    return new Parsing.Malformed<>(new InvalidPayloadError(message));
  }

  @Override
  public String eventType(AcmeMessage message) {
    return message.type();
  }

  @Override
  public String eventId(AcmeMessage message) {
    return message.deliveryId().value();
  }

  @Override
  public Optional<UnsupportedEventError> validateEventType(AcmeMessage message) {
    return supported.include(message.type(), message.action())
        ? Optional.empty()
        : Optional.of(new UnsupportedEventError(message.type()));
  }

  @Override
  public RepositoryReading extractRepositoryContext(AcmeMessage message) {
    return message
        .payload()
        .words("repository")
        .flatMap(RepositoryContext::parse)
        .or(() -> mapped(message))
        .<RepositoryReading>map(RepositoryReading.Found::new)
        .orElseGet(
            () ->
                new RepositoryReading.Missing(
                    new RepositoryContextError(
                        "no repository is named, and none is configured for this project")));
  }

  private Optional<RepositoryContext> mapped(AcmeMessage message) {
    Set<String> project = message.payload().words("project").map(Set::of).orElse(Set.of());
    return repositories
        .find(Map.of("project", project), String::equals)
        .flatMap(RepositoryMapping::namedRepository);
  }

  @Override
  public StandardizedEvent standardizeEvent(AcmeMessage message, RepositoryContext repository) {
    Payload payload = message.payload();
    Instant time = payload.text("at").flatMap(Timestamps::ofIso).orElse(message.receivedAt());
    var metadata =
        new Metadata()
            .text("sender", payload.words("by"))
            .text("action", message.action())
            .text("event_timestamp", Optional.of(time.toString()))
            .text("result", payload.words("result"))
            .whole("number", payload.whole("number"));
    return new StandardizedEvent(
        eventId(message),
        service(),
        eventType(message),
        repository,
        payload.words("note").orElse(null),
        message.receivedAt(),
        metadata.values(),
        message.keptHeaders(),
        message.json());
  }

  @Override
  public DeliveryKey deliveryKey(AcmeMessage message) {
    return message.deliveryId();
  }

  @Override
  public Optional<String> tenant(AcmeMessage message) {
    return message.payload().words("account");
  }
}
