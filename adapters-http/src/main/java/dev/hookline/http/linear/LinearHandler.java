package dev.hookline.http.linear;

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
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads Linear's events. A payload never names a repository: the configured mappings do, by team
 * (key or id) and project (id).
 */
final class LinearHandler implements ServiceHandler<LinearMessage> {
  private final ProviderProfile profile;
  private final SupportedEvents supported;
  private final RepositoryMappings repositories;

  LinearHandler(
      ProviderProfile profile, SupportedEvents supported, RepositoryMappings repositories) {
    this.profile = profile;
    this.supported = supported;
    this.repositories = repositories;
  }

  @Override
  public Service service() {
    return profile.service();
  }

  @Override
  public Parsing<LinearMessage> parse(Delivery delivery) {
    Optional<Payload> payload = Payload.read(delivery.body().bytes());
    if (payload.isEmpty()) {
      return malformed(delivery, "the body must be one JSON object");
    }
    Optional<DeliveryKey> id = id(delivery);
    if (id.isEmpty()) {
      return malformed(delivery, "header Linear-Delivery must hold the delivery's id, once");
    }
    Optional<String> type = payload.get().text("type");
    if (type.isEmpty()) {
      return malformed(delivery, "type is missing");
    }
    List<String> named = delivery.headers().all("Linear-Event");
    if (!named.isEmpty() && !named.equals(List.of(type.get()))) {
      return malformed(delivery, "header Linear-Event must be the same as the body's type");
    }
    Optional<String> action = payload.get().text("action").filter(text -> !text.isEmpty());
    if (!EventTypes.isType(LinearMessage.eventType(type.get(), action))) {
      return malformed(delivery, "type and action must be names");
    }
    return new Parsing.Message<>(
        new LinearMessage(
            type.get(),
            action,
            id.get(),
            payload.get(),
            delivery.body(),
            delivery.headers().select(profile::keepsHeader),
            delivery.receivedAt()));
  }

  private static Optional<DeliveryKey> id(Delivery delivery) {
    return delivery.headers().only("Linear-Delivery").flatMap(DeliveryKey::of);
  }

  private static Parsing<LinearMessage> malformed(Delivery delivery, String message) {
    return new Parsing.Malformed<>(
        new InvalidPayloadError(message),
        delivery.headers().only("Linear-Event").filter(EventTypes::isType),
        id(delivery).map(DeliveryKey::value));
  }

  @Override
  public String eventType(LinearMessage message) {
    return message.eventType();
  }

  @Override
  public String eventId(LinearMessage message) {
    return message.deliveryId().value();
  }

  @Override
  public Optional<UnsupportedEventError> validateEventType(LinearMessage message) {
    return supported.include(message.type(), message.action())
        ? Optional.empty()
        : Optional.of(new UnsupportedEventError(message.eventType()));
  }

  @Override
  public RepositoryReading extractRepositoryContext(LinearMessage message) {
    var entity = LinearEntity.of(message);
    var facts = new HashMap<String, Set<String>>();
    facts.put("team", entity.teams());
    entity.project().ifPresent(project -> facts.put("project", Set.of(project)));
    return repositories
        .find(facts, String::equalsIgnoreCase)
        .flatMap(RepositoryMapping::namedRepository)
        .<RepositoryReading>map(RepositoryReading.Found::new)
        .orElseGet(
            () ->
                new RepositoryReading.Missing(
                    new RepositoryContextError(
                        "no repository is configured for this team and project")));
  }

  @Override
  public StandardizedEvent standardizeEvent(LinearMessage message, RepositoryContext repository) {
    Payload payload = message.payload();
    var entity = LinearEntity.of(message);
    var metadata =
        new Metadata()
            .text("sender", entity.sender())
            .text("sender_name", entity.senderName())
            .text("sender_type", payload.text("actor", "type"))
            .text("action", message.action())
            .text("event_timestamp", Optional.of(time(message)))
            .text("identifier", entity.identifier())
            .text("url", entity.url())
            .text("entity_id", entity.id())
            .text("team", entity.teamKey().or(entity::teamId))
            .text("team_id", entity.teamId())
            .texts("team_ids", entity.teamIds())
            .text("project", entity.project())
            .text("state", entity.state())
            .text("assignee", entity.assignee())
            .texts("labels", entity.labels())
            .texts("changed_fields", payload.names("updatedFrom"))
            .text("organization_id", payload.text("organizationId"))
            .text("webhook_id", payload.text("webhookId"));
    return new StandardizedEvent(
        eventId(message),
        service(),
        message.eventType(),
        repository,
        entity.request(message.action()).orElse(null),
        message.receivedAt(),
        metadata.values(),
        message.keptHeaders(),
        message.json());
  }

  /** The time of the action; {@code data.createdAt} would be that of the entity's birth. */
  private static String time(LinearMessage message) {
    return message
        .payload()
        .text("createdAt")
        .flatMap(Timestamps::ofIso)
        .or(() -> message.payload().whole("webhookTimestamp").flatMap(Timestamps::ofEpochMillis))
        .orElse(message.receivedAt())
        .toString();
  }

  @Override
  public DeliveryKey deliveryKey(LinearMessage message) {
    return message.deliveryId();
  }

  @Override
  public Optional<String> tenant(LinearMessage message) {
    return message.payload().words("organizationId");
  }
}
