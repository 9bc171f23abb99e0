package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.fuzz.Input;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Whatever a sender writes into the headers, nobody takes him for another. */
public final class ClientAddressFuzz {
  private static final ClientAddress CLIENTS =
      new ClientAddress(List.of(Network.parse("10.0.0.0/8"), Network.parse("fd00::/8")));
  private static final InetAddress PROXY = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress STRANGER = InetAddress.ofLiteral("203.0.113.9");
  private static final InetAddress SENDER = InetAddress.ofLiteral("198.51.100.7");

  private ClientAddressFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    var input = new Input(bytes);
    boolean forwarded = input.choice() % 2 == 1;
    String claim = input.text();
    String other = input.text();
    String name = forwarded ? "Forwarded" : "X-Forwarded-For";
    String hop = forwarded ? "for=198.51.100.7" : "198.51.100.7";

    assertEquals(STRANGER, of(STRANGER, Map.of(name, List.of(claim, other))));
    assertEquals(SENDER, of(PROXY, Map.of(name, List.of(claim, other, hop))));
    assertEquals(SENDER, of(PROXY, Map.of(name, List.of(other, claim + ", " + hop))));
    assertEquals(
        SENDER,
        of(PROXY, Map.of("Forwarded", List.of(claim), "X-Forwarded-For", List.of("198.51.100.7"))));
  }

  private static InetAddress of(InetAddress peer, Map<String, List<String>> headers) {
    return CLIENTS.of(peer, Headers.of(headers));
  }
}
