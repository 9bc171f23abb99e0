package dev.hookline.http.doctor;

/**
 * What may have been otherwise where the signature was made: these bytes, as the body or as the
 * key, in place of those that are here.
 */
final class Guess {
  private final String what;
  private final String next;
  private final byte[] bytes;

  /**
   * @param what completes a sentence
   * @param next what to do if it is so
   */
  Guess(String what, String next, byte[] bytes) {
    this.what = what;
    this.next = next;
    this.bytes = bytes;
  }

  String what() {
    return what;
  }

  String next() {
    return next;
  }

  byte[] bytes() {
    return bytes;
  }
}
