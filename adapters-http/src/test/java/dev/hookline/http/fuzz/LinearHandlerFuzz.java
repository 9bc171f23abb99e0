package dev.hookline.http.fuzz;

import dev.hookline.http.linear.LinearDialect;
import dev.hookline.http.testing.Deliveries;

/** Whatever is authentic is refused or read into a sound event, and never throws. */
public final class LinearHandlerFuzz {
  private static final HandlerCheck CHECK = new HandlerCheck(new LinearDialect());

  private LinearHandlerFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (!JsonOracle.judges(bytes)) {
      return;
    }
    var input = new Input(bytes);
    int how = input.choice();
    var delivery = Deliveries.from("linear").header("Linear-Delivery", input.text());
    if (Input.has(how, 1)) {
      delivery.header("Linear-Event", input.text());
    }
    CHECK.check(delivery.body(input.rest()));
  }
}
