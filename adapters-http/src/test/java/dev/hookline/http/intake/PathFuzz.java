package dev.hookline.http.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import java.util.Optional;

/**
 * A request target leads to the service whose name stands in it letter for letter, or nowhere: no
 * encoding, dot, doubled slash or parameter makes it another, whatever the HTTP library thinks.
 */
public final class PathFuzz {
  private static final String START = "/webhooks/";

  private PathFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    String target = new String(bytes, ISO_8859_1);
    HttpPrologue prologue;
    try {
      prologue = HttpPrologue.create("HTTP/1.1", "HTTP", "1.1", Method.POST, target, true);
    } catch (IllegalArgumentException _) {
      // What the library answers 400.
      return;
    }
    Optional<String> reached = Intake.serviceIn(prologue.uriPath().rawPath());
    String path = target.split("[?#]", 2)[0];
    if (target.indexOf('#') < 0) {
      String name = path.startsWith(START) ? path.substring(START.length()) : "";
      assertEquals(name.matches("(?s)[^/]+") ? Optional.of(name) : Optional.empty(), reached);
    } else {
      // No request has a fragment; before a query the library takes it for path.
      reached
          .filter(name -> name.indexOf('#') < 0)
          .ifPresent(name -> assertEquals(START + name, path));
    }
  }
}
