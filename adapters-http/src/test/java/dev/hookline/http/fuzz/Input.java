package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/**
 * A fuzzer's bytes, taken apart from the front: choices of one byte, texts that end with the byte
 * FF, which no UTF-8 has, and what is left. Where nothing is left, a choice is 0 and a text empty.
 */
public final class Input {
  private static final byte END = (byte) 0xFF;

  private final byte[] bytes;
  private int at;

  public Input(byte[] bytes) {
    this.bytes = bytes;
  }

  /** From 0 to 255. */
  public int choice() {
    return at < bytes.length ? bytes[at++] & 0xFF : 0;
  }

  /** Header text: one character for each byte. */
  public String text() {
    int from = at;
    while (at < bytes.length && bytes[at] != END) {
      at++;
    }
    return new String(bytes, from, (at < bytes.length ? at++ : at) - from, ISO_8859_1);
  }

  public byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    at = bytes.length;
    return rest;
  }

  static boolean has(int choice, int bit) {
    return (choice >> bit & 1) != 0;
  }

  /** The bytes with one bit turned over; as they are if there are none. */
  static byte[] tampered(byte[] bytes, int where) {
    byte[] tampered = bytes.clone();
    if (tampered.length > 0) {
      tampered[where % tampered.length] ^= (byte) (1 << where % 8);
    }
    return tampered;
  }
}
