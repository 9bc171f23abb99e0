package dev.hookline.bootstrap.load;

import java.nio.charset.StandardCharsets;

/** Writes into a request's bytes without making anything that has to be collected. */
final class Digits {
  private static final byte[] LOWER = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] UPPER = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private Digits() {}

  static void ascii(byte[] buffer, int offset, String text) {
    for (int i = 0; i < text.length(); i++) {
      buffer[offset + i] = (byte) text.charAt(i);
    }
  }

  /** The number's last digits, as many as the width allows, with leading zeros. */
  static void decimal(byte[] buffer, int offset, int width, long number) {
    long rest = number;
    for (int i = offset + width - 1; i >= offset; i--) {
      buffer[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** The same in hexadecimal. */
  static void hex(byte[] buffer, int offset, int width, long number) {
    hex(buffer, offset, width, number, LOWER);
  }

  static void upperHex(byte[] buffer, int offset, int width, long number) {
    hex(buffer, offset, width, number, UPPER);
  }

  private static void hex(byte[] buffer, int offset, int width, long number, byte[] digits) {
    long rest = number;
    for (int i = offset + width - 1; i >= offset; i--) {
      buffer[i] = digits[(int) (rest & 0xF)];
      rest >>>= 4;
    }
  }

  static void hex(byte[] buffer, int offset, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      buffer[offset + 2 * i] = LOWER[(bytes[i] >> 4) & 0xF];
      buffer[offset + 2 * i + 1] = LOWER[bytes[i] & 0xF];
    }
  }
}
