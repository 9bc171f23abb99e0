package dev.hookline.http.provider;

import java.nio.charset.StandardCharsets;

/**
 * How a provider signs, for whoever looks for the reason why a signature does not hold.
 *
 * @param header that carries the signature
 * @param prefix before its hexadecimal digits; empty if there is none
 * @param time where the signed time stands
 */
public record SigningScheme(String header, String prefix, SignedTime time) {

  /** Where a signed time stands. */
  public sealed interface SignedTime {
    record None() implements SignedTime {}

    /**
     * In a header, in seconds since 1970, and before the body in what is signed.
     *
     * @param before stands before the time there
     * @param after stands between the time and the body
     */
    record Header(String name, String before, String after) implements SignedTime {}

    /** In a member of the body, in milliseconds since 1970. */
    record Member(String name) implements SignedTime {}
  }

  /** What is signed before the body of a delivery with this time. */
  public byte[] before(String timestamp) {
    return switch (time) {
      case SignedTime.Header(_, var before, var after) ->
          (before + timestamp + after).getBytes(StandardCharsets.UTF_8);
      case SignedTime.None _, SignedTime.Member _ -> new byte[0];
    };
  }
}
