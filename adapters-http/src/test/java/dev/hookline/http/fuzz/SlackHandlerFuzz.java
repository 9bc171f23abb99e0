package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.http.slack.SlackDialect;
import dev.hookline.http.testing.Deliveries;

/** Whatever is authentic, JSON or form, is refused or read into a sound event; nothing throws. */
public final class SlackHandlerFuzz {
  private static final HandlerCheck CHECK = new HandlerCheck(new SlackDialect());

  private SlackHandlerFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (!JsonOracle.judges(bytes)) {
      return;
    }
    var input = new Input(bytes);
    int how = input.choice();
    var delivery = Deliveries.from("slack").header("X-Slack-Request-Timestamp", input.text());
    byte[] body = input.rest();
    switch (how % 3) {
      case 0 -> delivery.body(body);
      case 1 -> delivery.form("").body(body);
      default -> delivery.formPayload(new String(body, UTF_8));
    }
    CHECK.check(delivery);
  }
}
