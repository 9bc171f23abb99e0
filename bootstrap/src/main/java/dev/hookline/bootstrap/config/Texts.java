package dev.hookline.bootstrap.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the texts of a configuration are taken apart and compared. */
final class Texts {
  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile("((?:password|sslpassword)=)[^&]*", Pattern.CASE_INSENSITIVE);

  private Texts() {}

  /** The parts between commas, trimmed, blank ones kept; none for a blank text. */
  static List<String> commaSeparated(String text) {
    if (text.isBlank()) {
      return List.of();
    }
    return Arrays.stream(text.split(",", -1)).map(String::trim).toList();
  }

  /**
   * Words as a shell would part them: blanks separate, quotes and backslashes keep together.
   *
   * @throws IllegalArgumentException if a quote is left open
   */
  static List<String> words(String text) {
    var words = new ArrayList<String>();
    @Nullable StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else if (c == '\\' && quote == '"' && i + 1 < text.length()) {
          word = appended(word, text.charAt(++i));
        } else {
          word = appended(word, c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        word = word == null ? new StringBuilder() : word;
      } else if (c == '\\' && i + 1 < text.length()) {
        word = appended(word, text.charAt(++i));
      } else if (Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
          word = null;
        }
      } else {
        word = appended(word, c);
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote is left open");
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }

  private static StringBuilder appended(@Nullable StringBuilder word, char c) {
    return (word == null ? new StringBuilder() : word).append(c);
  }

  /** A JDBC URL without the passwords it may carry. */
  static String masked(String url) {
    return PASSWORD_IN_URL.matcher(url).replaceAll("$1********");
  }

  /** The candidate that the text was probably meant to be, if any is near enough. */
  static Optional<String> nearest(String text, Collection<String> candidates) {
    int tolerated = Math.max(2, text.length() / 3);
    return candidates.stream()
        .filter(candidate -> distance(text, candidate) <= tolerated)
        .min(Comparator.comparingInt(candidate -> distance(text, candidate)));
  }

  /** How many letters must be put in, left out, changed or swapped to make one text the other. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
