package dev.hookline.domain.event;

/**
 * The written rule for text that comes out of a payload: U+0000 and unpaired surrogates become
 * U+FFFD, because neither UTF-8 nor PostgreSQL can hold them. The raw payload keeps the original
 * bytes.
 */
final class CleanText {
  private static final char REPLACEMENT = '\uFFFD';

  private CleanText() {}

  static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return clean(text);
      }
    }
    return text;
  }

  private static String clean(String text) {
    var clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        clean.append(c).append(text.charAt(++i));
      } else {
        clean.append(c == 0 || Character.isSurrogate(c) ? REPLACEMENT : c);
      }
    }
    return clean.toString();
  }
}
