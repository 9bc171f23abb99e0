package dev.hookline.domain.handler;

import dev.hookline.domain.delivery.Service;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the handler of a service by its name. A service that is not enabled has none. */
public final class ServiceHandlerFactory {
  private final Map<Service, ServiceHandler<?>> handlers;

  public ServiceHandlerFactory(Collection<? extends ServiceHandler<?>> handlers) {
    this.handlers =
        handlers.stream().collect(Collectors.toMap(ServiceHandler::service, Function.identity()));
  }

  public Optional<ServiceHandler<?>> find(Service service) {
    return Optional.ofNullable(handlers.get(service));
  }
}
