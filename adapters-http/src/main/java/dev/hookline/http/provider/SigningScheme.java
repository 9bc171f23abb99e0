package dev.hookline.http.provider;

import dev.hookline.domain.delivery.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How a provider signs: where the signature stands, and what is signed beside the body.
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

  /**
   * What may be a delivery's signature, as its 32 bytes. A header that came twice has none.
   *
   * @param headers of the delivery
   */
  public Optional<byte[]> signatureIn(Headers headers) {
    return headers
        .only(header)
        .filter(value -> value.startsWith(prefix))
        .map(value -> value.substring(prefix.length()))
        .flatMap(HmacSha256::signature);
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
