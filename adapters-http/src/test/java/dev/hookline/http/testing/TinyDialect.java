package dev.hookline.http.testing;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.Parsing;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.provider.SigningScheme;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A provider whose body is {@code TYPE ID} or {@code TYPE ID OWNER/NAME}, signed by {@code X-Sign:
 * good}. The bodies {@code ping}, {@code quiet}, {@code garbage}, {@code defect} and {@code
 * bottomless} are special, and forms are answered empty.
 */
public final class TinyDialect implements Dialect {
  public static final String JSON = "application/json";
  public static final String FORM = "application/x-www-form-urlencoded";

  private final Service service;

  public TinyDialect(String service) {
    this.service = new Service(service);
  }

  @Override
  public ProviderProfile profile() {
    return new ProviderProfile(
        service,
        List.of("push"),
        RefuseWith.STATUS,
        Optional.empty(),
        Duration.ofSeconds(1),
        Set.of(JSON, FORM),
        Set.of("content-type"),
        Set.of());
  }

  @Override
  public SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    return delivery ->
        switch (delivery.headers().only("X-Sign").orElse("")) {
          case "good" -> new Verification.Authentic(1, SecretFingerprint.of("s"));
          case "stale" -> forged(InvalidSignatureError.Cause.STALE);
          default -> forged(InvalidSignatureError.Cause.NOT_PROVEN);
        };
  }

  private static Verification forged(InvalidSignatureError.Cause cause) {
    return new Verification.Forged(new InvalidSignatureError(cause));
  }

  @Override
  public SigningScheme signing() {
    return new SigningScheme("X-Sign", "", new SigningScheme.SignedTime.None());
  }

  @Override
  public boolean isWorthReading(Headers headers) {
    return headers.only("X-Sign").isPresent()
        || headers.only("Content-Type").filter(FORM::equals).isPresent();
  }

  @Override
  public ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories) {
    return new Handler(service, supported);
  }

  @Override
  public AcceptedAnswer acceptedAnswer(String mediaType) {
    return mediaType.equals(FORM) ? new AcceptedAnswer(200, true) : new AcceptedAnswer(202, false);
  }

  @Override
  public boolean isUnsignedCheck(Delivery delivery) {
    return text(delivery).equals("ssl_check=1");
  }

  private static String text(Delivery delivery) {
    return new String(delivery.body().bytes(), StandardCharsets.UTF_8);
  }

  private record Message(Delivery delivery, List<String> words) {}

  private record Handler(Service service, SupportedEvents supported)
      implements ServiceHandler<Message> {
    @Override
    public Parsing<Message> parse(Delivery delivery) {
      String text = text(delivery);
      return switch (text) {
        case "ping" -> new Parsing.Handshake<>(Map.of("status", "pong"));
        case "quiet" -> new Parsing.Handshake<>(Map.of());
        case "garbage" -> new Parsing.Malformed<>(new InvalidPayloadError("not of this provider"));
        case "defect" -> throw new IllegalStateException("secret inside");
        case "bottomless" -> throw new StackOverflowError("secret inside");
        default -> new Parsing.Message<>(new Message(delivery, List.of(text.split(" ", -1))));
      };
    }

    @Override
    public String eventType(Message message) {
      return message.words().getFirst();
    }

    @Override
    public String eventId(Message message) {
      return message.words().get(1);
    }

    @Override
    public Optional<UnsupportedEventError> validateEventType(Message message) {
      return supported.include(eventType(message), Optional.empty())
          ? Optional.empty()
          : Optional.of(new UnsupportedEventError(eventType(message)));
    }

    @Override
    public RepositoryReading extractRepositoryContext(Message message) {
      return message.words().size() > 2
          ? new RepositoryReading.Found(
              RepositoryContext.parse(message.words().get(2)).orElseThrow())
          : new RepositoryReading.Missing(new RepositoryContextError("no mapping fits"));
    }

    @Override
    public StandardizedEvent standardizeEvent(Message message, RepositoryContext repository) {
      return new StandardizedEvent(
          eventId(message),
          service,
          eventType(message),
          repository,
          null,
          message.delivery().receivedAt(),
          Map.of(),
          Map.of(),
          message.delivery().body());
    }

    @Override
    public DeliveryKey deliveryKey(Message message) {
      return new DeliveryKey(eventId(message));
    }

    @Override
    public Optional<String> tenant(Message message) {
      return Optional.empty();
    }
  }
}
