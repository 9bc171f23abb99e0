package dev.hookline.application.dispatch;

import java.util.List;

/**
 * What a claim found.
 *
 * @param cut whether the head of another line is due and had no room in the claim's {@link
 *     Claim.Allowance}; the next claim finds it before those that came later
 */
public record Due(List<Line> lines, boolean cut) {

  public Due {
    lines = List.copyOf(lines);
  }
}
