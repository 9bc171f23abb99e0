package dev.hookline.bootstrap.load;

/** What is the matter with a delivery. */
enum Kind {
  /** Nothing: it is to be accepted. */
  FRESH(0),
  /** It was acknowledged before, and comes again. */
  DUPLICATE(1),
  /** Its body was changed after it was signed. */
  TAMPERED(2),
  /** Its signed time is long past. */
  STALE(3);

  private final int code;

  Kind(int code) {
    this.code = code;
  }

  /** Two bits, for where there are many. */
  int code() {
    return code;
  }

  static Kind of(int code) {
    return switch (code) {
      case 0 -> FRESH;
      case 1 -> DUPLICATE;
      case 2 -> TAMPERED;
      default -> STALE;
    };
  }
}
