package dev.hookline.http.github;

import java.util.Locale;

/** Patterns of repositories as an operator writes them. */
final class Glob {
  private Glob() {}

  /**
   * Whether the text fits the pattern, in which {@code *} stands for any run of characters. Case
   * does not matter, as it does not in GitHub's names.
   */
  static boolean matches(String pattern, String text) {
    String wanted = pattern.toLowerCase(Locale.ROOT);
    String found = text.toLowerCase(Locale.ROOT);
    int w = 0;
    int f = 0;
    int star = -1;
    int resume = 0;
    while (f < found.length()) {
      if (w < wanted.length() && wanted.charAt(w) == '*') {
        star = w++;
        resume = f;
      } else if (w < wanted.length() && wanted.charAt(w) == found.charAt(f)) {
        w++;
        f++;
      } else if (star >= 0) {
        // Let the last star take one character more.
        w = star + 1;
        f = ++resume;
      } else {
        return false;
      }
    }
    while (w < wanted.length() && wanted.charAt(w) == '*') {
      w++;
    }
    return w == wanted.length();
  }
}
