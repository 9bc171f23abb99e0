package dev.hookline.http.dialects;

import dev.hookline.http.github.GitHubDialect;
import dev.hookline.http.linear.LinearDialect;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.slack.SlackDialect;
import java.util.List;

/** Every provider that this house knows; one that has no secret is not enabled. */
public final class Dialects {
  private Dialects() {}

  /** In the order in which they are shown. */
  public static List<Dialect> all() {
    return List.of(new GitHubDialect(), new SlackDialect(), new LinearDialect());
  }
}
