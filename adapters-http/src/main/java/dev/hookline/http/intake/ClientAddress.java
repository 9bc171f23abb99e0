package dev.hookline.http.intake;

import dev.hookline.domain.delivery.Headers;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds out who sent a request: the peer, or, looked through trusted proxies, the rightmost hop
 * that is none of them. Everything to the left of that hop is the sender's own invention.
 */
public final class ClientAddress {
  private final List<Network> trusted;

  ClientAddress(List<Network> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /**
   * @param networks of the proxies whose forwarding headers are believed: addresses and CIDR
   * @throws IllegalArgumentException if a text is no network
   */
  public static ClientAddress behind(List<String> networks) {
    return new ClientAddress(networks.stream().map(Network::parse).toList());
  }

  /** Whom the sender of a request counts as: its address, or in IPv6 its /64. */
  public String senderOf(InetAddress peer, Headers headers) {
    return Network.senderOf(of(peer, headers));
  }

  /** Whether a trusted proxy says that it was asked by https. */
  public boolean cameByHttps(InetAddress peer, Headers headers) {
    return isTrusted(peer)
        && (headers.all("X-Forwarded-Proto").stream().anyMatch("https"::equalsIgnoreCase)
            || headers.all("Forwarded").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("proto=https")));
  }

  /** The address of the sender of a request, as text. */
  public String addressOf(InetAddress peer, Headers headers) {
    return of(peer, headers).getHostAddress();
  }

  InetAddress of(InetAddress peer, Headers headers) {
    InetAddress nearest = peer;
    if (!isTrusted(nearest)) {
      return nearest;
    }
    for (String hop : hops(headers).reversed()) {
      Optional<InetAddress> address = Network.literal(withoutPort(hop));
      if (address.isEmpty()) {
        return nearest;
      }
      nearest = address.get();
      if (!isTrusted(nearest)) {
        return nearest;
      }
    }
    return nearest;
  }

  boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }

  private static List<String> hops(Headers headers) {
    List<String> forwardedFor = headers.all("X-Forwarded-For");
    return forwardedFor.isEmpty()
        ? forwarded(headers.all("Forwarded"))
        : forwardedFor.stream()
            .flatMap(value -> List.of(value.split(",", -1)).stream())
            .map(String::strip)
            .toList();
  }

  /** RFC 7239, section 4: {@code for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"}. */
  private static List<String> forwarded(List<String> values) {
    var hops = new ArrayList<String>();
    for (String value : values) {
      for (String element : value.split(",", -1)) {
        hops.add(forNode(element));
      }
    }
    return hops;
  }

  private static String forNode(String element) {
    for (String pair : element.split(";", -1)) {
      String stripped = pair.strip();
      if (stripped.toLowerCase(Locale.ROOT).startsWith("for=")) {
        return stripped.substring("for=".length()).replace("\"", "");
      }
    }
    return "";
  }

  private static String withoutPort(String hop) {
    if (hop.startsWith("[")) {
      int end = hop.indexOf(']');
      return end < 0 ? hop : hop.substring(1, end);
    }
    int colon = hop.indexOf(':');
    boolean onlyOne = colon >= 0 && colon == hop.lastIndexOf(':');
    return onlyOne ? hop.substring(0, colon) : hop;
  }
}
