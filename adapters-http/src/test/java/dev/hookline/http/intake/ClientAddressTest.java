package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.Service;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
  private final ClientAddress clients =
      new ClientAddress(List.of(Network.parse("10.0.0.0/8"), Network.parse("fd00::/8")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "198.51.100.7 > 198.51.100.7",
        "6.6.6.6, 198.51.100.7 > 198.51.100.7",
        "198.51.100.7, 10.1.1.1 > 198.51.100.7",
        "198.51.100.7:4711 > 198.51.100.7",
        "[2001:db8::1]:4711 > 2001:db8:0:0:0:0:0:1",
        "2001:db8::1, fd00::2 > 2001:db8:0:0:0:0:0:1",
        "6.6.6.6, nonsense, 10.1.1.1 > 10.1.1.1",
        "nonsense > 10.0.0.1",
        "10.2.2.2, 10.1.1.1 > 10.2.2.2"
      })
  void rightmostHopThatIsNotTrustedIsTheSender(String forwardedFor, String sender) {
    assertEquals(sender, of("10.0.0.1", Map.of("X-Forwarded-For", List.of(forwardedFor))));
  }

  @Test
  void fieldsThatOccurTwiceAreOneList() {
    assertEquals(
        "198.51.100.7",
        of("10.0.0.1", Map.of("X-Forwarded-For", List.of("6.6.6.6", "198.51.100.7, 10.3.3.3"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "for=192.0.2.60;proto=http;by=203.0.113.43 > 192.0.2.60",
        "For=\"[2001:db8::1]:4711\" > 2001:db8:0:0:0:0:0:1",
        "for=6.6.6.6, for=198.51.100.7, for=10.1.1.1 > 198.51.100.7",
        "for=_hidden > 10.0.0.1",
        "proto=https > 10.0.0.1"
      })
  void forwardedIsReadToo(String forwarded, String sender) {
    assertEquals(sender, of("10.0.0.1", Map.of("Forwarded", List.of(forwarded))));
  }

  @Test
  void peerThatIsNotTrustedIsTheSender() {
    assertEquals(
        "203.0.113.9", of("203.0.113.9", Map.of("X-Forwarded-For", List.of("198.51.100.7"))));
  }

  @Test
  void tenThousandAddressesThatAStrangerMakesUpAreOneSender() {
    var service = new Service("tiny");
    var limiter = new BucketRateLimiter(Map.of(service, new Rate(1, 3)), () -> 0);
    int passed = 0;
    for (int i = 0; i < 10_000; i++) {
      String madeUp = "198.51.%d.%d".formatted(i / 256, i % 256);
      String sender =
          of(
              "203.0.113.9",
              Map.of("X-Forwarded-For", List.of(madeUp), "Forwarded", List.of("for=" + madeUp)));
      passed += limiter.tryPass(service, sender).isEmpty() ? 1 : 0;
    }
    assertEquals(3, passed);
    assertEquals(1, limiter.size());
  }

  private String of(String peer, Map<String, List<String>> headers) {
    return clients.of(InetAddress.ofLiteral(peer), Headers.of(headers)).getHostAddress();
  }
}
