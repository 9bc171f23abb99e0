package dev.hookline.application.audit;

import java.util.List;

/**
 * Whether an invariant holds.
 *
 * @param checked how many it was checked for
 * @param violations how many break it
 * @param examples ids of some that break it, at most {@value #MOST_EXAMPLES}
 */
public record Finding(Invariant invariant, long checked, long violations, List<String> examples) {
  public static final int MOST_EXAMPLES = 3;

  public Finding {
    examples = examples.stream().limit(MOST_EXAMPLES).toList();
  }

  public boolean isBroken() {
    return violations > 0;
  }
}
