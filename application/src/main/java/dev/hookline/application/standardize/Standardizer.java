package dev.hookline.application.standardize;

import dev.hookline.application.standardize.Standardization.Handshake;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.handler.Parsing;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.ServiceHandler.RepositoryReading;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads an authentic delivery through its service's handler: handshake, payload, event type,
 * repository, event. Intake and replay both come through here, so that a replay reads as today's
 * intake would.
 */
public final class Standardizer {
  private final ServiceHandlerFactory handlers;

  public Standardizer(ServiceHandlerFactory handlers) {
    this.handlers = handlers;
  }

  /** Whether the service is enabled, so that its deliveries can be read. */
  public boolean reads(Service service) {
    return handlers.find(service).isPresent();
  }

  /**
   * Reads the delivery.
   *
   * @throws IllegalArgumentException if the delivery's service is not enabled
   */
  public Standardization standardize(Delivery delivery) {
    ServiceHandler<?> handler =
        handlers
            .find(delivery.service())
            .orElseThrow(
                () -> new IllegalArgumentException(delivery.service() + " is not enabled"));
    return standardize(handler, delivery);
  }

  private static <M> Standardization standardize(ServiceHandler<M> handler, Delivery delivery) {
    return switch (handler.parse(delivery)) {
      case Parsing.Handshake<M>(var answer) -> new Handshake(answer);
      case Parsing.Malformed<M>(var error, var type, var id) -> new Unusable(error, type, id);
      case Parsing.Unsupported<M>(var error, var id) ->
          new Unusable(error, Optional.of(error.eventType()), id);
      case Parsing.Message<M>(M message) -> understand(handler, message);
    };
  }

  private static <M> Standardization understand(ServiceHandler<M> handler, M message) {
    var unsupported = handler.validateEventType(message);
    if (unsupported.isPresent()) {
      return unusable(handler, message, unsupported.get());
    }
    return switch (handler.extractRepositoryContext(message)) {
      case RepositoryReading.Missing(var error) -> unusable(handler, message, error);
      case RepositoryReading.Found(var repository) ->
          new Understood(
              handler.standardizeEvent(message, repository),
              handler.deliveryKey(message),
              handler.tenant(message).orElseGet(() -> tenantOf(repository)));
    };
  }

  /** The slash keeps it apart from every provider's ids. */
  private static String tenantOf(RepositoryContext repository) {
    return "owner/" + repository.owner().toLowerCase(Locale.ROOT);
  }

  private static <M> Unusable unusable(ServiceHandler<M> handler, M message, WebhookError error) {
    return new Unusable(
        error, Optional.of(handler.eventType(message)), Optional.of(handler.eventId(message)));
  }
}
