package dev.hookline.benchmark.jmh;

import dev.hookline.application.standardize.Standardization;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.SignedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.provider.RepositoryMappings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A delivery as a provider sends it, and those of this house who read it. */
final class Sent {
  private static final String SECRET = "a secret for benchmarks alone";
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Dialect dialect;
  private final Delivery delivery;

  private Sent(Dialect dialect, Delivery delivery) {
    this.dialect = dialect;
    this.delivery = delivery;
  }

  /**
   * @param service the provider's name
   * @param kilobytes the size of the body
   */
  static Sent by(String service, int kilobytes) {
    var signed =
        SignedDelivery.of(Provider.of(service).orElseThrow(), kilobytes * 1024, SECRET, NOON, 1);
    Dialect dialect =
        Dialects.all().stream()
            .filter(known -> known.profile().service().name().equals(service))
            .findFirst()
            .orElseThrow();
    return new Sent(
        dialect,
        new Delivery(
            new Service(service),
            Headers.ofSingle(signed.headers()),
            RawBody.of(signed.body()),
            NOON,
            "192.0.2.1"));
  }

  Delivery delivery() {
    return delivery;
  }

  SignatureVerifier verifier() {
    return dialect.verifier(() -> List.of(SECRET), dialect.profile().tolerance());
  }

  /** With a mapping for what names no repository itself. */
  Standardizer standardizer() {
    var everything =
        new RepositoryMapping(
            Map.of(),
            RepositoryContext.parse("octo/widgets"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new Standardizer(
        new ServiceHandlerFactory(
            List.of(
                dialect.handler(
                    SupportedEvents.of(dialect.profile().supportedEvents()),
                    new RepositoryMappings(List.of(everything))))));
  }

  StandardizedEvent event() {
    return switch (standardizer().standardize(delivery)) {
      case Standardization.Understood(var event, _, _) -> event;
      case Standardization other ->
          throw new IllegalStateException("the delivery cannot be used: " + other);
    };
  }
}
