package dev.hookline.http.operator;

import dev.hookline.domain.delivery.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.Supplier;

/** What lets an operator in, compared in constant time. */
public final class AdminToken {
  private static final String BEARER = "Bearer ";

  private final Supplier<Optional<String>> token;

  /**
   * @param token asked for each time, so that it can change; empty lets everybody in
   */
  public AdminToken(Supplier<Optional<String>> token) {
    this.token = token;
  }

  /** Whether there is one to ask for. */
  boolean isWanted() {
    return token.get().isPresent();
  }

  /** Whether the text is the token; where none is wanted, anything is. */
  boolean is(String given) {
    return token
        .get()
        .map(wanted -> MessageDigest.isEqual(bytes(given.strip()), bytes(wanted)))
        .orElse(true);
  }

  /** What a request gives as the token: {@code Authorization: Bearer TOKEN}. */
  static Optional<String> in(Headers headers) {
    return headers
        .only("Authorization")
        .filter(given -> given.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(given -> given.substring(BEARER.length()));
  }

  /** SHA-256 of the token; of nothing where none is wanted. */
  public byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes(token.get().orElse("")));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
