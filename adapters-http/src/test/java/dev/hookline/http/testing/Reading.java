package dev.hookline.http.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.hookline.application.standardize.Standardization;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.provider.RepositoryMappings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads deliveries through a dialect the way intake does once the signature has held. */
public final class Reading {
  private final Standardizer standardizer;

  private Reading(Dialect dialect, List<String> supported, List<RepositoryMapping> mappings) {
    standardizer =
        new Standardizer(
            new ServiceHandlerFactory(
                List.of(
                    dialect.handler(
                        SupportedEvents.of(supported), new RepositoryMappings(mappings)))));
  }

  /** With everything switched on. */
  public static Reading all(Dialect dialect, RepositoryMapping... mappings) {
    return new Reading(dialect, List.of("*"), List.of(mappings));
  }

  public static Reading only(
      Dialect dialect, List<String> supported, RepositoryMapping... mappings) {
    return new Reading(dialect, supported, List.of(mappings));
  }

  public static RepositoryMapping mapping(Map<String, String> match, String repository) {
    return new RepositoryMapping(
        match,
        RepositoryContext.parse(repository),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public Standardization read(Deliveries delivery) {
    return standardizer.standardize(delivery.build());
  }

  public Standardization.Understood understood(Deliveries delivery) {
    return assertInstanceOf(Standardization.Understood.class, read(delivery));
  }

  public StandardizedEvent event(Deliveries delivery) {
    return understood(delivery).event();
  }

  public String key(Deliveries delivery) {
    return understood(delivery).key().value();
  }

  public Map<String, String> handshake(Deliveries delivery) {
    return assertInstanceOf(Standardization.Handshake.class, read(delivery)).answer();
  }

  public Standardization.Unusable unusable(Deliveries delivery) {
    return assertInstanceOf(Standardization.Unusable.class, read(delivery));
  }

  public <E extends WebhookError> E refused(Class<E> error, Deliveries delivery) {
    return assertInstanceOf(error, unusable(delivery).error());
  }

  /** Reads it, and whatever comes out must survive its JSON form. */
  public void readAndEncode(Delivery delivery) {
    var format = new JacksonEventFormat();
    if (standardizer.standardize(delivery) instanceof Standardization.Understood(var event, _, _)) {
      assertEquals(event, format.decode(format.encodeWithoutPayload(event), event.rawPayload()));
    }
  }

  /** The metadata as plain text, easy to compare; a list as Java prints it. */
  public static Map<String, String> plain(StandardizedEvent event) {
    var plain = new LinkedHashMap<String, String>();
    event
        .metadata()
        .forEach(
            (key, value) ->
                plain.put(
                    key,
                    switch (value) {
                      case MetadataValue.Text(String text) -> text;
                      case MetadataValue.Whole(long whole) -> Long.toString(whole);
                      case MetadataValue.Flag(boolean flag) -> Boolean.toString(flag);
                      case MetadataValue.Texts(List<String> texts) -> texts.toString();
                    }));
    return plain;
  }
}
