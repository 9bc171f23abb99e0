package dev.hookline.http.intake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A range of addresses in CIDR form (RFC 4632, RFC 4291): {@code 10.0.0.0/8}, {@code 2001:db8::/32}
 * or a single address. Names are never looked up.
 */
record Network(InetAddress base, int prefix) {

  /**
   * @throws IllegalArgumentException if the text is none
   */
  static Network parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    InetAddress base =
        literal(address).orElseThrow(() -> new IllegalArgumentException("not a network: " + text));
    int bits = base.getAddress().length * 8;
    int prefix = slash < 0 ? bits : prefixOf(text.substring(slash + 1));
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("not a network: " + text);
    }
    return new Network(base, prefix);
  }

  /** The address that a text spells out, or nothing. */
  static Optional<InetAddress> literal(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * Whom an address counts as: itself, or in IPv6 its /64, since that much is given to every host.
   */
  static String senderOf(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8)) + "::/64"
        : address.getHostAddress();
  }

  /** Whom an address in a text counts as; the text itself if it is none. */
  static String senderOf(String address) {
    return literal(address).map(Network::senderOf).orElse(address);
  }

  private static int prefixOf(String digits) {
    return digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
  }

  boolean contains(InetAddress address) {
    byte[] mine = base.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit += 8) {
      int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit));
      if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
