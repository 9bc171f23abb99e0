package dev.hookline.bootstrap.load;

import java.util.Locale;

/**
 * A place in a request that differs from delivery to delivery. Its width never does, so that a
 * request is made by overwriting some bytes of the one before. In a template it is written as its
 * name in small letters, <code>${uuid}</code>.
 */
enum Place {
  /** The delivery's id where it is a UUID. */
  UUID(36),
  /** The delivery's id in Slack's form. */
  EVENT_ID(18),
  /** What stands nowhere else, in hexadecimal; its last digit is the one that is tampered with. */
  NONCE(32),
  /** Which repository, with leading zeros. */
  REPOSITORY(6),
  /** A number without leading zeros. */
  NUMBER(7),
  /** A larger one. */
  BIG(10),
  /** The fraction of a second, made up. */
  MICROS(6),
  /** Seconds since 1970. */
  SECONDS(10),
  /** Milliseconds since 1970. */
  MILLIS(13),
  /** The HMAC-SHA256 of what the provider signs, in hexadecimal. */
  SIGNATURE(64);

  private final int width;

  Place(int width) {
    this.width = width;
  }

  /** In bytes. */
  int width() {
    return width;
  }

  /** As it stands in a template. */
  String marker() {
    return "${" + name().toLowerCase(Locale.ROOT) + "}";
  }
}
