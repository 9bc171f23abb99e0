package dev.hookline.domain.handler;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import java.util.Optional;

/**
 * Port: one service's dialect. It parses an authentic body once, into a message of its own, and
 * answers from that.
 *
 * <p>Absent and oddly typed fields never make it throw: the provider may send anything. Safe for
 * use by many threads.
 *
 * @param <M> the parsed body
 */
public interface ServiceHandler<M> {

  Service service();

  /** Parses the body. Only called for deliveries whose signature held. */
  Parsing<M> parse(Delivery delivery);

  /** The message's type as an event would carry it, for records of what was refused. */
  String eventType(M message);

  /** The provider's id of the message. */
  String eventId(M message);

  /** Whether the message's type is switched on; the error names the type if it is not. */
  Optional<UnsupportedEventError> validateEventType(M message);

  /** The repository that the message is about, from the payload or from the configured mappings. */
  RepositoryReading extractRepositoryContext(M message);

  /** Translates the message. Only called once its type is valid and its repository known. */
  StandardizedEvent standardizeEvent(M message, RepositoryContext repository);

  /** What makes two deliveries of this service the same. */
  DeliveryKey deliveryKey(M message);

  /**
   * The provider's id of whom the message comes from, which quotas go by: an installation, a team,
   * an organization. Empty where the message names none.
   */
  Optional<String> tenant(M message);

  /** Whether the repository was found. */
  sealed interface RepositoryReading {
    record Found(RepositoryContext repository) implements RepositoryReading {}

    record Missing(RepositoryContextError error) implements RepositoryReading {}
  }
}
