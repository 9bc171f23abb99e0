package dev.hookline.http.admin;

import dev.hookline.domain.delivery.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The token of {@code Authorization: Bearer TOKEN} (RFC 6750, section 2.1). */
final class BearerToken {
  private static final String SCHEME = "Bearer ";

  private BearerToken() {}

  /** Whether exactly one is given, and it is the one wanted. */
  static boolean isIn(Headers headers, String wanted) {
    String given = headers.only("Authorization").orElse("");
    return given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(
            given.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8),
            wanted.getBytes(StandardCharsets.UTF_8));
  }
}
