package dev.hookline.http.github;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.Parsing;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.EventTypes;
import dev.hookline.http.provider.FormFields;
import dev.hookline.http.provider.Metadata;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.RepositoryMappings;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads GitHub's events. Those of {@link EventReadings} are read in detail; any other works once it
 * is switched on and has a repository.
 */
final class GitHubHandler implements ServiceHandler<GitHubMessage> {
  private static final String OF_ANOTHER_EVENT =
      "the payload is not that of the event in header X-GitHub-Event";

  private final ProviderProfile profile;
  private final SupportedEvents supported;
  private final RepositoryMappings repositories;

  GitHubHandler(
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
  public Parsing<GitHubMessage> parse(Delivery delivery) {
    Optional<String> event = event(delivery);
    if (event.isEmpty()) {
      return malformed(delivery, "header X-GitHub-Event must name the event, once");
    }
    Optional<RawBody> json = json(delivery);
    if (json.isEmpty()) {
      return malformed(delivery, "the form must have one field named payload");
    }
    Optional<Payload> payload = Payload.read(json.get().bytes());
    if (payload.isEmpty()) {
      return malformed(delivery, "the payload must be one JSON object");
    }
    if (event.get().equals("ping")) {
      return isPing(payload.get())
          ? new Parsing.Handshake<>(Map.of("status", "pong"))
          : malformed(delivery, OF_ANOTHER_EVENT);
    }
    Optional<DeliveryKey> id = id(delivery);
    if (id.isEmpty()) {
      return malformed(delivery, "header X-GitHub-Delivery must hold the delivery's id, once");
    }
    var message =
        new GitHubMessage(
            event.get(),
            id.get(),
            payload.get(),
            json.get(),
            delivery.headers().select(profile::keepsHeader),
            delivery.receivedAt());
    // What is not switched on is unsupported, whatever stands in it.
    return isSupported(message) && !EventReadings.of(message.event()).fits(message.payload())
        ? malformed(delivery, OF_ANOTHER_EVENT)
        : new Parsing.Message<>(message);
  }

  /**
   * A ping is answered and not kept: any other event that came under this name would be lost. That
   * a hook was deleted ({@code meta}) names the hook as well, but with an action.
   */
  private static boolean isPing(Payload payload) {
    return payload.has("zen")
        || (!payload.has("action") && (payload.has("hook_id") || payload.has("hook")));
  }

  private static Optional<RawBody> json(Delivery delivery) {
    if (!FormFields.areIn(delivery.headers())) {
      return Optional.of(delivery.body());
    }
    return FormFields.decode(delivery.body().bytes())
        .flatMap(form -> form.only("payload"))
        .map(payload -> RawBody.of(payload.getBytes(StandardCharsets.UTF_8)));
  }

  private static Optional<String> event(Delivery delivery) {
    return delivery.headers().only("X-GitHub-Event").filter(EventTypes::isType);
  }

  private static Optional<DeliveryKey> id(Delivery delivery) {
    return delivery.headers().only("X-GitHub-Delivery").flatMap(DeliveryKey::of);
  }

  private static Parsing<GitHubMessage> malformed(Delivery delivery, String message) {
    return new Parsing.Malformed<>(
        new InvalidPayloadError(message), event(delivery), id(delivery).map(DeliveryKey::value));
  }

  @Override
  public String eventType(GitHubMessage message) {
    return message.event();
  }

  @Override
  public String eventId(GitHubMessage message) {
    return message.deliveryId().value();
  }

  @Override
  public Optional<UnsupportedEventError> validateEventType(GitHubMessage message) {
    if (isSupported(message)) {
      return Optional.empty();
    }
    String type =
        message
            .action()
            // In repository_dispatch the action is whatever a caller wrote.
            .filter(EventTypes::isType)
            .map(action -> message.event() + "." + action)
            .orElse(message.event());
    return Optional.of(new UnsupportedEventError(type));
  }

  private boolean isSupported(GitHubMessage message) {
    return supported.include(message.event(), message.action());
  }

  @Override
  public RepositoryReading extractRepositoryContext(GitHubMessage message) {
    return repositoryIn(message.payload())
        .map(this::withConfigured)
        .<RepositoryReading>map(RepositoryReading.Found::new)
        .orElseGet(
            () ->
                new RepositoryReading.Missing(
                    new RepositoryContextError(
                        "the payload of " + message.event() + " names no repository")));
  }

  private static Optional<RepositoryContext> repositoryIn(Payload payload) {
    Optional<RepositoryContext> byFullName =
        payload.text("repository", "full_name").flatMap(RepositoryContext::parse);
    Optional<String> owner =
        payload
            .text("repository", "owner", "login")
            .filter(RepositoryContext::isName)
            .or(() -> byFullName.map(RepositoryContext::owner));
    Optional<String> name =
        payload
            .text("repository", "name")
            .filter(RepositoryContext::isName)
            .or(() -> byFullName.map(RepositoryContext::name));
    if (owner.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> branch =
        payload
            .words("repository", "default_branch")
            .or(() -> payload.words("repository", "master_branch"));
    return Optional.of(
        new RepositoryContext(
            owner.get(),
            name.get(),
            branch.orElse(null),
            payload.whole("installation", "id").orElse(null),
            provesWriting(payload)));
  }

  /**
   * Permissions stand in the events about the installation alone; an author's role says nothing.
   */
  private static boolean provesWriting(Payload payload) {
    return payload
            .text("installation", "permissions", "contents")
            .filter("write"::equals)
            .isPresent()
        && !payload.flag("repository", "archived").orElse(false)
        && !payload.flag("repository", "disabled").orElse(false);
  }

  private RepositoryContext withConfigured(RepositoryContext found) {
    return repositories
        .find(
            Map.of("repository", Set.of(found.fullName())),
            (pattern, name) -> new Glob(pattern).matchesInAnyCase(name))
        .map(rule -> rule.over(found))
        .orElse(found);
  }

  @Override
  public StandardizedEvent standardizeEvent(GitHubMessage message, RepositoryContext repository) {
    EventReading reading = EventReadings.of(message.event());
    Payload payload = message.payload();
    var metadata =
        new Metadata()
            .text(
                "sender",
                payload.words("sender", "login").or(() -> payload.words("pusher", "name")))
            .text("sender_type", payload.text("sender", "type"))
            .text("action", message.action())
            .text(
                "event_timestamp",
                Optional.of(
                    reading
                        .timeIn(payload, message.action())
                        .orElse(message.receivedAt())
                        .toString()));
    reading.addTo(metadata, payload);
    return new StandardizedEvent(
        eventId(message),
        service(),
        message.event(),
        repository,
        reading.requestIn(payload).orElse(null),
        message.receivedAt(),
        metadata.values(),
        message.keptHeaders(),
        message.json());
  }

  @Override
  public DeliveryKey deliveryKey(GitHubMessage message) {
    return message.deliveryId();
  }

  @Override
  public Optional<String> tenant(GitHubMessage message) {
    return message.payload().whole("installation", "id").map(id -> Long.toString(id));
  }
}
