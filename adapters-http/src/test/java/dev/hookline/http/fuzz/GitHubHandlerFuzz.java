package dev.hookline.http.fuzz;

import dev.hookline.http.github.GitHubDialect;
import dev.hookline.http.testing.Deliveries;

/** Whatever is authentic is refused or read into a sound event, and never throws. */
public final class GitHubHandlerFuzz {
  private static final HandlerCheck CHECK = new HandlerCheck(new GitHubDialect());

  private GitHubHandlerFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (!JsonOracle.judges(bytes)) {
      return;
    }
    var input = new Input(bytes);
    int how = input.choice();
    var delivery =
        Deliveries.from("github")
            .header("X-GitHub-Event", input.text())
            .header("X-GitHub-Delivery", input.text());
    if (Input.has(how, 0)) {
      delivery.form("");
    }
    if (Input.has(how, 1)) {
      delivery.header("X-GitHub-Delivery", input.text());
    }
    CHECK.check(delivery.body(input.rest()));
  }
}
