package dev.hookline.domain.delivery;

import java.util.Optional;

/**
 * Decides which deliveries are the same: unique within its service, compared character by
 * character.
 *
 * @param value 1 to {@value #MAX_LENGTH} printable ASCII characters without spaces
 */
public record DeliveryKey(String value) {
  public static final int MAX_LENGTH = 200;

  public DeliveryKey {
    if (!isKey(value)) {
      throw new IllegalArgumentException(
          "not a delivery key: %d characters".formatted(value.length()));
    }
  }

  /** The key, or nothing if the text cannot be one. */
  public static Optional<DeliveryKey> of(String value) {
    return isKey(value) ? Optional.of(new DeliveryKey(value)) : Optional.empty();
  }

  private static boolean isKey(String value) {
    return !value.isEmpty()
        && value.length() <= MAX_LENGTH
        && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
