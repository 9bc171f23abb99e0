package dev.hookline.http.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.standardize.Standardization;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.Reading;
import java.util.Map;
import java.util.UUID;

/** What holds for every authentic delivery: it is refused, or read into an event that is sound. */
final class HandlerCheck {
  private static final JacksonEventFormat FORMAT = new JacksonEventFormat();
  private static final PipelineId ID = new PipelineId(new UUID(0x7000L, 0x8000000000000000L));

  private final Reading reading;

  HandlerCheck(Dialect dialect) {
    reading = Reading.all(dialect, Reading.mapping(Map.of(), "octo/inbox"));
  }

  void check(Deliveries delivery) {
    Standardization first = reading.read(delivery);
    switch (first) {
      case Standardization.Understood(var event, _, _) -> check(event, delivery);
      case Standardization.Unusable unusable -> assertFalse(unusable.error().message().isBlank());
      case Standardization.Handshake _ -> {}
    }
    assertEquals(first, reading.read(delivery), "read again");
  }

  private static void check(StandardizedEvent event, Deliveries delivery) {
    byte[] payload = event.rawPayload().bytes();
    if (!delivery.isForm()) {
      assertArrayEquals(delivery.build().body().bytes(), payload);
    }
    assertTrue(JsonOracle.object(payload).isPresent(), "the payload is one JSON object");
    assertEquals(event, FORMAT.decode(FORMAT.encodeWithoutPayload(event), event.rawPayload()));
    checkLine(FORMAT.encode(event));
    checkLine(FORMAT.encodeCloudEvent(ID, event));
  }

  private static void checkLine(byte[] json) {
    for (byte b : json) {
      assertTrue(b != '\n' && b != '\r', "one line");
    }
    assertTrue(JsonOracle.wrapped(json).isPresent(), "the event is one JSON object");
  }
}
