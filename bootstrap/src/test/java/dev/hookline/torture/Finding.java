package dev.hookline.torture;

import java.util.List;

/**
 * What became of one invariant.
 *
 * @param violations empty if it holds; some of them, if there are many
 */
record Finding(String invariant, String meaning, List<String> violations) {
  private static final int SHOWN = 5;

  boolean holds() {
    return violations.isEmpty();
  }

  String text() {
    if (holds()) {
      return "%-4s holds    %s".formatted(invariant, meaning);
    }
    var text =
        new StringBuilder(
            "%-4s BROKEN   %s: %d times".formatted(invariant, meaning, violations.size()));
    violations.stream().limit(SHOWN).forEach(one -> text.append("\n       ").append(one));
    return text.toString();
  }
}
