package dev.hookline.domain.event;

import java.util.Locale;

/**
 * A pattern as an operator writes it: {@code *} stands for any run of characters, an empty one too,
 * and everything else for itself.
 */
public record Glob(String pattern) {

  /** Whether the whole text fits; case matters. */
  public boolean matches(String text) {
    return matches(pattern, text);
  }

  /** Whether the whole text fits in any case, as names of repositories do. */
  public boolean matchesInAnyCase(String text) {
    return matches(pattern.toLowerCase(Locale.ROOT), text.toLowerCase(Locale.ROOT));
  }

  /** Whether every text fits. */
  public boolean matchesEverything() {
    return !pattern.isEmpty() && pattern.chars().allMatch(c -> c == '*');
  }

  private static boolean matches(String wanted, String found) {
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

  @Override
  public String toString() {
    return pattern;
  }
}
