package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.bootstrap.deploy.InstalledProgram;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.queue.target.HttpTarget;
import dev.hookline.testing.Samples;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The receiver in Python that a page shows takes what the target {@code http} really sends. */
class ReceiverTest {
  private static final String OLD = "whsec_b2xkIHNlY3JldCBvZiB0aGlzIHRlc3Q=";
  private static final String NEW = "bmV3IHNlY3JldCBvZiB0aGlzIHRlc3Q=";

  @TempDir private Path folder;
  private final Pipeline pipeline = Samples.aPipeline().build();
  private Process receiver;
  private BufferedReader printed;
  private URI url;

  @BeforeEach
  void start() throws IOException {
    var python = InstalledProgram.named("python3");
    var builder =
        new ProcessBuilder(
                python.path().toString(),
                Path.of("docs", "receiver.py").toAbsolutePath().toString())
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("RECEIVER_SECRETS", NEW + "," + OLD);
    builder.environment().put("RECEIVER_PORT", "0");
    receiver = builder.start();
    printed = receiver.inputReader();
    String line = printed.readLine();
    assertTrue(line.startsWith("listening on "), line);
    url = URI.create("http://127.0.0.1:%s/".formatted(line.substring("listening on ".length())));
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (receiver != null) {
      receiver.destroyForcibly();
      assertTrue(receiver.waitFor(10, TimeUnit.SECONDS));
    }
  }

  private HttpTarget target(String secret, Clock clock) {
    return new HttpTarget(
        "http",
        url,
        Optional.of(() -> secret),
        Duration.ofSeconds(60),
        new JacksonEventFormat(),
        clock);
  }

  private Command attempt(int number) {
    return new Command(pipeline.id(), number, pipeline.event());
  }

  @Test
  void eachEventIsWorkedOnceUnderEitherSecret() throws IOException {
    try (var first = target(OLD, Clock.systemUTC());
        var second = target(NEW, Clock.systemUTC())) {
      assertEquals(new Delivered(), first.dispatch(attempt(1)));
      assertEquals(new Delivered(), second.dispatch(attempt(2)));
      var other = Samples.aPipeline().build();
      assertEquals(new Delivered(), first.dispatch(new Command(other.id(), 1, other.event())));
    }
    String worked = "github issue_comment octo/widgets \"please look\"";
    assertEquals(worked, printed.readLine());
    assertEquals(worked, printed.readLine());
    // Not the process itself, whose end closes what it has printed.
    receiver.toHandle().destroy();
    assertNull(printed.readLine());
  }

  @Test
  void anotherSecretOrTimeIsRefused() {
    var late = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(-310));
    try (var forged = target("YW5vdGhlciBzZWNyZXQ=", Clock.systemUTC());
        var stale = target(NEW, late)) {
      assertEquals("HTTP 401", assertInstanceOf(GiveUp.class, forged.dispatch(attempt(1))).error());
      assertEquals("HTTP 401", assertInstanceOf(GiveUp.class, stale.dispatch(attempt(1))).error());
    }
  }
}
