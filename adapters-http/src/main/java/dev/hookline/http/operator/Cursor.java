package dev.hookline.http.operator;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** Where a listing goes on, as text whose inside is nobody's business. */
public final class Cursor {
  private static final int BYTES = 16;

  private Cursor() {}

  public static String write(UUID after) {
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(after.getMostSignificantBits())
            .putLong(after.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What {@link #write} wrote, or nothing. */
  public static Optional<UUID> read(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length != BYTES) {
        return Optional.empty();
      }
      var halves = ByteBuffer.wrap(bytes);
      return Optional.of(new UUID(halves.getLong(), halves.getLong()));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
