package dev.hookline.domain.delivery;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Bytes as they were received. Signatures are computed over them, replays read them again, and they
 * are never re-serialized.
 *
 * <p>The array is shared, not copied, because a body may be 25 MB: whoever makes a {@code RawBody}
 * gives the array away, and nobody writes to it.
 */
public final class RawBody {
  private final byte[] bytes;

  private RawBody(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the array over; the caller must not write to it afterwards. */
  public static RawBody of(byte[] bytes) {
    return new RawBody(bytes);
  }

  /** The bytes themselves, to be read only. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  /** SHA-256 of the bytes: what the replay guard remembers of a body. */
  public byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawBody that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The length alone: a body may hold anything. */
  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
