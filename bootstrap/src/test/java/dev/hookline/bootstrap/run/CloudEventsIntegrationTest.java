package dev.hookline.bootstrap.run;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.dispatch.Command;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.queue.target.HttpTarget;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonCloudEventData;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the target {@code http} sends, read by the SDK of CloudEvents. */
class CloudEventsIntegrationTest {
  private record Received(String contentType, String body) {}

  private final CompletableFuture<Received> received = new CompletableFuture<>();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.complete(
              new Received(
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anEventIsReadBackWithItsAttributesAndItsPayload() throws Exception {
    var payload = "{\n  \"text\": \"Schön 🎉 \\u0000\"\n}";
    var event = anEvent().rawPayload(RawBody.of(payload.getBytes(UTF_8))).build();
    var id = aPipeline().build().id();
    var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (var target =
        new HttpTarget(
            "http",
            url,
            Optional.empty(),
            Duration.ofSeconds(20),
            new JacksonEventFormat(),
            Clock.systemUTC())) {
      assertEquals(new Delivered(), target.dispatch(new Command(id, 1, event)));
    }
    Received request = received.get(20, TimeUnit.SECONDS);
    var format = EventFormatProvider.getInstance().resolveFormat(request.contentType());
    assertNotNull(format);
    CloudEvent read = format.deserialize(request.body().getBytes(UTF_8));
    assertEquals("1.0", read.getSpecVersion().toString());
    assertEquals(id.toString(), read.getId());
    assertEquals(URI.create("/webhooks/github"), read.getSource());
    assertEquals("dev.hookline.github.issue_comment", read.getType());
    assertEquals("octo/widgets", read.getSubject());
    assertEquals(NOON.atOffset(ZoneOffset.UTC), read.getTime());
    assertEquals("application/json", read.getDataContentType());
    JsonNode data = assertInstanceOf(JsonCloudEventData.class, read.getData()).getNode();
    assertEquals("octo", data.path("repository").path("owner").asText());
    assertEquals("Schön 🎉 \0", data.path("raw_payload").path("text").asText());
  }
}
