package dev.hookline.http.slack;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
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
import dev.hookline.http.provider.FormFields;
import dev.hookline.http.provider.Metadata;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.provider.RepositoryMappings;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads Slack's three dialects. A payload never names a repository: the configured mappings do, by
 * team and channel.
 */
final class SlackHandler implements ServiceHandler<SlackMessage> {
  private static final SlackReader EVENTS_API = new EventsApi();
  private static final SlackReader SLASH_COMMAND = new SlashCommand();
  private static final SlackReader INTERACTIVITY = new Interactivity();
  private static final String COMMAND = "slash_command";

  /**
   * Slack's own have some fifty characters; it is echoed, so its sender must not choose how long.
   */
  private static final int MAX_CHALLENGE = 1_000;

  private final ProviderProfile profile;
  private final SupportedEvents supported;
  private final RepositoryMappings repositories;

  SlackHandler(
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
  public Parsing<SlackMessage> parse(Delivery delivery) {
    if (!FormFields.areIn(delivery.headers())) {
      return Payload.read(delivery.body().bytes())
          .map(payload -> parseEvent(delivery, payload))
          .orElseGet(() -> malformed("the body must be one JSON object"));
    }
    Optional<FormFields> form = FormFields.decode(delivery.body().bytes());
    if (form.isEmpty()) {
      return malformed("the form cannot be decoded");
    }
    boolean command = form.get().has("command");
    boolean interaction = form.get().has("payload");
    if (command && !interaction) {
      return parseCommand(delivery, form.get());
    }
    if (interaction && !command) {
      return parseInteraction(delivery, form.get());
    }
    if (!command && form.get().only("ssl_check").filter("1"::equals).isPresent()) {
      return new Parsing.Handshake<>(Map.of());
    }
    return malformed("the form must have either a command or a payload");
  }

  private Parsing<SlackMessage> parseEvent(Delivery delivery, Payload payload) {
    Optional<String> type = payload.text("type").filter(EventTypes::isType);
    if (type.isEmpty()) {
      return malformed("type is missing");
    }
    return switch (type.get()) {
      case "url_verification" ->
          payload
              .text("challenge")
              .filter(challenge -> challenge.length() <= MAX_CHALLENGE)
              .<Parsing<SlackMessage>>map(
                  challenge -> new Parsing.Handshake<>(Map.of("challenge", challenge)))
              .orElseGet(
                  () ->
                      malformed(
                          "the verification has no challenge of at most %d characters"
                              .formatted(MAX_CHALLENGE)));
      case "app_rate_limited" -> new Parsing.Handshake<>(Map.of());
      case "event_callback" -> parseCallback(delivery, payload);
      // Slack may begin to send something else any day, and would take a 400 for an outage.
      default ->
          new Parsing.Unsupported<>(
              new UnsupportedEventError(type.get()), key(payload.text("event_id")));
    };
  }

  private Parsing<SlackMessage> parseCallback(Delivery delivery, Payload payload) {
    Optional<String> type = payload.text("event", "type").filter(EventTypes::isType);
    Optional<String> id = key(payload.text("event_id"));
    if (type.isEmpty()) {
      return malformed("event.type is missing", type, id);
    }
    if (id.isEmpty()) {
      return malformed("event_id is missing", type, id);
    }
    return message(
        type.get(),
        id.get(),
        SlackKeys.ofEvent(payload, id.get()),
        EVENTS_API,
        payload,
        delivery.body(),
        delivery);
  }

  private Parsing<SlackMessage> parseCommand(Delivery delivery, FormFields form) {
    Optional<String> id = key(form.only("trigger_id"));
    if (id.isEmpty()) {
      return malformed("trigger_id is missing", Optional.of(COMMAND), id);
    }
    RawBody json = RawBody.of(Payload.ofFields(form.all()));
    Optional<Payload> payload = Payload.read(json.bytes());
    if (payload.isEmpty()) {
      return malformed("a field's name is too long", Optional.of(COMMAND), id);
    }
    return message(
        COMMAND,
        id.get(),
        SlackKeys.ofCommand(id.get()),
        SLASH_COMMAND,
        payload.get(),
        json,
        delivery);
  }

  private Parsing<SlackMessage> parseInteraction(Delivery delivery, FormFields form) {
    Optional<RawBody> json =
        form.only("payload").map(text -> RawBody.of(text.getBytes(StandardCharsets.UTF_8)));
    Optional<Payload> payload = json.flatMap(body -> Payload.read(body.bytes()));
    if (json.isEmpty() || payload.isEmpty()) {
      return malformed("the form's payload must be one JSON object");
    }
    Optional<String> type = payload.get().text("type").filter(EventTypes::isType);
    if (type.isEmpty()) {
      return malformed("type is missing", type, key(payload.get().text("trigger_id")));
    }
    String id = SlackKeys.interactionId(type.get(), payload.get(), json.get());
    return message(
        type.get(),
        id,
        SlackKeys.ofInteraction(id),
        INTERACTIVITY,
        payload.get(),
        json.get(),
        delivery);
  }

  private Parsing<SlackMessage> message(
      String type,
      String id,
      DeliveryKey key,
      SlackReader reader,
      Payload payload,
      RawBody json,
      Delivery delivery) {
    return new Parsing.Message<>(
        new SlackMessage(
            type,
            id,
            key,
            reader,
            payload,
            json,
            delivery.headers().select(profile::keepsHeader),
            delivery.receivedAt()));
  }

  /** The id, if it can be one. */
  private static Optional<String> key(Optional<String> id) {
    return id.flatMap(DeliveryKey::of).map(DeliveryKey::value);
  }

  private static Parsing<SlackMessage> malformed(String message) {
    return new Parsing.Malformed<>(new InvalidPayloadError(message));
  }

  private static Parsing<SlackMessage> malformed(
      String message, Optional<String> type, Optional<String> id) {
    return new Parsing.Malformed<>(new InvalidPayloadError(message), type, id);
  }

  @Override
  public String eventType(SlackMessage message) {
    return message.type();
  }

  @Override
  public String eventId(SlackMessage message) {
    return message.id();
  }

  @Override
  public Optional<UnsupportedEventError> validateEventType(SlackMessage message) {
    return supported.include(message.type(), message.reader().action(message.payload()))
        ? Optional.empty()
        : Optional.of(new UnsupportedEventError(message.type()));
  }

  @Override
  public RepositoryReading extractRepositoryContext(SlackMessage message) {
    var facts = new HashMap<String, Set<String>>();
    message.reader().team(message.payload()).ifPresent(team -> facts.put("team", Set.of(team)));
    message
        .reader()
        .channel(message.payload())
        .ifPresent(channel -> facts.put("channel", Set.of(channel)));
    return repositories
        .find(facts, String::equals)
        .flatMap(RepositoryMapping::namedRepository)
        .<RepositoryReading>map(RepositoryReading.Found::new)
        .orElseGet(
            () ->
                new RepositoryReading.Missing(
                    new RepositoryContextError(
                        "no repository is configured for this team and channel")));
  }

  @Override
  public StandardizedEvent standardizeEvent(SlackMessage message, RepositoryContext repository) {
    SlackReader reader = message.reader();
    Payload payload = message.payload();
    Optional<String> team = reader.team(payload);
    Optional<String> channel = reader.channel(payload);
    Optional<String> ts = reader.message(payload);
    var metadata =
        new Metadata()
            .text("sender", reader.sender(payload))
            .text("action", reader.action(payload))
            .text("event_timestamp", Optional.of(time(message)))
            .text("team", team)
            .text("channel", channel)
            .text("thread_ts", reader.thread(payload))
            .text("ts", ts)
            // One mention can arrive as two events; this shows that it was one message.
            .text(
                "message_key",
                team.flatMap(t -> channel.flatMap(c -> ts.map(s -> t + "/" + c + "/" + s))))
            .text("subtype", payload.text("event", "subtype"))
            .text("channel_type", payload.text("event", "channel_type"))
            .text(
                "bot_id",
                payload
                    .text("event", "bot_id")
                    .or(() -> payload.text("event", "message", "bot_id")))
            .text(
                "bot_app_id",
                SlackReader.first(
                    payload, "event.bot_profile.app_id", "event.message.bot_profile.app_id"))
            .text("api_app_id", payload.text("api_app_id"))
            .text(
                "enterprise",
                SlackReader.first(payload, "enterprise_id", "enterprise.id", "team.enterprise_id"))
            .text("view_id", payload.text("view", "id"));
    return new StandardizedEvent(
        message.id(),
        service(),
        message.type(),
        repository,
        reader.request(payload).orElse(null),
        message.receivedAt(),
        metadata.values(),
        message.keptHeaders(),
        message.json());
  }

  /** The event's own time, else the signed time of the request, else that of its receipt. */
  private static String time(SlackMessage message) {
    return message
        .reader()
        .time(message.payload())
        .or(
            () ->
                Optional.ofNullable(message.keptHeaders().get(SlackVerifier.TIMESTAMP))
                    .flatMap(SlackTime::iso))
        .orElseGet(() -> message.receivedAt().toString());
  }

  @Override
  public DeliveryKey deliveryKey(SlackMessage message) {
    return message.key();
  }

  @Override
  public Optional<String> tenant(SlackMessage message) {
    return message.reader().team(message.payload());
  }
}
