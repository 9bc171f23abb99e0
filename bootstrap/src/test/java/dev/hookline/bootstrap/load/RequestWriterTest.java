package dev.hookline.bootstrap.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is sent, read with the project's own verifiers. */
class RequestWriterTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SECRET = "größter geheimer Schlüssel";
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00.123Z");
  private static final int SIZE = 15_360;

  private final RunIds ids = new RunIds(0x0123456789ABCDEFL);

  private RequestWriter writer(Provider provider, List<String> bodies) {
    String head = "POST / HTTP/1.1\nContent-Length: ${length}\n" + provider.headers() + "\n";
    return new RequestWriter(
        bodies.stream()
            .map(
                body ->
                    Template.of(
                        head.replace("${event}", provider.event()).replace("\n", "\r\n"), body))
            .toList(),
        ids,
        new Signer(provider, SECRET));
  }

  private RequestWriter writer(Provider provider) {
    return writer(provider, List.of(Bodies.madeUp(provider, SIZE, NOW, 1)));
  }

  private static RequestWriter.Draft fresh(long number) {
    return new RequestWriter.Draft(number, 17, NOW.toEpochMilli(), NOW.toEpochMilli(), false);
  }

  private static Delivery delivery(
      Provider provider, RequestWriter writer, RequestWriter.Draft draft) {
    String request = new String(writer.buffer(), 0, writer.write(draft), ISO_8859_1);
    int end = request.indexOf("\r\n\r\n");
    var headers = new LinkedHashMap<String, String>();
    request
        .substring(0, end)
        .lines()
        .skip(1)
        .map(line -> line.split(": ", 2))
        .forEach(field -> headers.put(field[0], field[1]));
    byte[] body = request.substring(end + 4).getBytes(ISO_8859_1);
    assertEquals(headers.get("Content-Length"), Integer.toString(body.length));
    return new Delivery(
        new Service(provider.service()),
        Headers.ofSingle(headers),
        RawBody.of(body),
        NOW,
        "127.0.0.1");
  }

  private static Verification verified(Delivery delivery) {
    Dialect dialect =
        Dialects.all().stream()
            .filter(known -> known.profile().service().equals(delivery.service()))
            .findFirst()
            .orElseThrow();
    return dialect
        .verifier(() -> List.of(SECRET), Optional.of(Duration.ofMinutes(5)))
        .verify(delivery);
  }

  private static String idOf(Provider provider, Delivery delivery) throws IOException {
    return switch (provider) {
      case GITHUB -> delivery.headers().only("X-GitHub-Delivery").orElseThrow();
      case SLACK -> json(delivery).path("event_id").asText();
      case LINEAR -> delivery.headers().only("Linear-Delivery").orElseThrow();
    };
  }

  private static JsonNode json(Delivery delivery) throws IOException {
    return JSON.readTree(delivery.body().bytes());
  }

  @ParameterizedTest
  @EnumSource
  void everyDeliveryIsSignedAsItsProviderSigns(Provider provider) {
    RequestWriter writer = writer(provider);
    for (long number = 0; number < 50; number++) {
      assertInstanceOf(
          Verification.Authentic.class, verified(delivery(provider, writer, fresh(number))));
    }
    var later = NOW.plusSeconds(61).toEpochMilli();
    assertInstanceOf(
        Verification.Authentic.class,
        verified(delivery(provider, writer, new RequestWriter.Draft(50, 0, later, later, false))));
  }

  @ParameterizedTest
  @EnumSource
  void oneThatWasTamperedWithIsForgedButStillGoodJson(Provider provider) throws IOException {
    RequestWriter writer = writer(provider);
    long now = NOW.toEpochMilli();
    Delivery tampered = delivery(provider, writer, new RequestWriter.Draft(7, 17, now, now, true));
    assertInstanceOf(Verification.Forged.class, verified(tampered));
    assertTrue(json(tampered).isObject());
    assertInstanceOf(Verification.Authentic.class, verified(delivery(provider, writer, fresh(7))));
  }

  @ParameterizedTest
  @EnumSource(names = {"SLACK", "LINEAR"})
  void aStaleOneIsForged(Provider provider) {
    long old = NOW.minus(Duration.ofMinutes(6)).toEpochMilli();
    assertInstanceOf(
        Verification.Forged.class,
        verified(
            delivery(provider, writer(provider), new RequestWriter.Draft(7, 17, old, old, false))));
  }

  @ParameterizedTest
  @EnumSource
  void bodiesAreAsLargeAsAskedForAndNeverTheSame(Provider provider) throws IOException {
    for (int size : List.of(Bodies.minimumSize(provider), 3000, SIZE, 100_000)) {
      RequestWriter writer = writer(provider, List.of(Bodies.madeUp(provider, size, NOW, 1)));
      Set<RawBody> bodies = new HashSet<>();
      for (long number = 0; number < 20; number++) {
        Delivery delivery = delivery(provider, writer, fresh(number));
        assertEquals(size, delivery.body().bytes().length);
        assertTrue(json(delivery).isObject());
        assertTrue(bodies.add(delivery.body()), "the same body twice");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anIdTellsItsNumberAndItsRun(Provider provider) throws IOException {
    RequestWriter writer = writer(provider);
    Set<String> seen = new HashSet<>();
    for (long number : new long[] {0, 1, 65_536, Ledger.MAX - 1}) {
      String id = idOf(provider, delivery(provider, writer, fresh(number)));
      assertTrue(seen.add(id));
      assertEquals(OptionalLong.of(number), ids.numberOf(id));
      assertEquals(OptionalLong.empty(), new RunIds(0x1123456789ABCDEFL).numberOf(id));
    }
    assertEquals(OptionalLong.empty(), ids.numberOf("Ev0"));
  }

  @Test
  void githubsBodyNamesTheRepository() throws IOException {
    JsonNode body = json(delivery(Provider.GITHUB, writer(Provider.GITHUB), fresh(3)));
    assertEquals("widgets-000017", body.at("/repository/name").asText());
    assertEquals("octo-load/widgets-000017", body.at("/repository/full_name").asText());
  }

  @Test
  void oneThatComesAgainHasTheSameBodyAndAFreshTimeInItsHeaders() {
    RequestWriter writer = writer(Provider.SLACK);
    Delivery first = delivery(Provider.SLACK, writer, fresh(3));
    long later = NOW.plusSeconds(100).toEpochMilli();
    Delivery again =
        delivery(
            Provider.SLACK,
            writer,
            new RequestWriter.Draft(3, 17, NOW.toEpochMilli(), later, false));
    assertEquals(first.body(), again.body());
    assertNotEquals(first.headers(), again.headers());
    assertInstanceOf(Verification.Authentic.class, verified(again));
  }

  @Test
  void realBodiesAreTakenInTurnAndKeepWhatTheySay() throws IOException {
    byte[] one =
        "{\"a\": \"ü ${x}\", \"repository\": {\"name\": \"w\", \"id\": 4, \"owner\": {\"name\": \"o\"}, \"full_name\":\"o/w\"} }\n"
            .getBytes(UTF_8);
    byte[] other = "{}".getBytes(UTF_8);
    RequestWriter writer =
        writer(
            Provider.GITHUB,
            List.of(one, other).stream()
                .map(body -> Bodies.real(Provider.GITHUB, body).orElseThrow())
                .toList());
    JsonNode first = json(delivery(Provider.GITHUB, writer, fresh(0)));
    assertEquals("ü ${x}", first.path("a").asText());
    assertEquals("w-000017", first.at("/repository/name").asText());
    assertEquals("o/w-000017", first.at("/repository/full_name").asText());
    assertEquals("o", first.at("/repository/owner/name").asText());
    Delivery second = delivery(Provider.GITHUB, writer, fresh(1));
    assertEquals(Set.of("hookline_load"), names(json(second)));
    assertInstanceOf(Verification.Authentic.class, verified(second));
    assertInstanceOf(
        Verification.Authentic.class, verified(delivery(Provider.GITHUB, writer, fresh(2))));
  }

  private static Set<String> names(JsonNode object) {
    return object.properties().stream().map(entry -> entry.getKey()).collect(Collectors.toSet());
  }

  @Test
  void realBodiesGetTheIdAndTheTimeThatTheirProviderLooksAt() throws IOException {
    String slack =
        Bodies.real(Provider.SLACK, "{\"event_id\": \"Ev1\", \"x\": 1}".getBytes(UTF_8))
            .orElseThrow();
    Delivery delivery = delivery(Provider.SLACK, writer(Provider.SLACK, List.of(slack)), fresh(9));
    assertEquals(OptionalLong.of(9), ids.numberOf(json(delivery).path("event_id").asText()));
    String linear =
        Bodies.real(Provider.LINEAR, "{\"webhookTimestamp\": 123}".getBytes(UTF_8)).orElseThrow();
    delivery = delivery(Provider.LINEAR, writer(Provider.LINEAR, List.of(linear)), fresh(9));
    assertEquals(NOW.toEpochMilli(), json(delivery).path("webhookTimestamp").asLong());
    assertInstanceOf(Verification.Authentic.class, verified(delivery));
  }

  @Test
  void whatIsNoBodyOfTheProviderIsNotTaken() {
    for (String body : List.of("", "[]", "{", "{} {}", "payload=x", "{\"a\": tru}")) {
      assertFalse(Bodies.real(Provider.GITHUB, body.getBytes(UTF_8)).isPresent(), body);
    }
    assertFalse(Bodies.real(Provider.SLACK, "{\"x\": 1}".getBytes(UTF_8)).isPresent());
    assertFalse(
        Bodies.real(Provider.LINEAR, "{\"webhookTimestamp\": \"1\"}".getBytes(UTF_8)).isPresent());
  }
}
