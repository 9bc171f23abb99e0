package dev.hookline.bootstrap.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("the logging is everybody's")
class LoggingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void restore() {
    Logging.start(LogFormat.TEXT, LogLevel.WARN);
  }

  @Test
  void jsonHasThePairsAsFields() throws IOException {
    Logging.start(LogFormat.JSON, LogLevel.INFO, out);
    LoggerFactory.getLogger("dev.hookline.Test")
        .atInfo()
        .addKeyValue("service", "github")
        .addKeyValue("duration_ms", 12)
        .log("Webhook received");

    var line = JsonMapper.builder().build().readTree(only());
    assertEquals("Webhook received", line.get("message").asText());
    assertEquals("INFO", line.get("level").asText());
    assertEquals("dev.hookline.Test", line.get("logger").asText());
    assertEquals("github", line.get("service").asText());
    assertEquals(12, line.get("duration_ms").asInt());
    assertTrue(line.get("timestamp").asText().endsWith("Z"), "UTC");
    Instant.parse(line.get("timestamp").asText());
  }

  @Test
  void jsonIsOneLineWhateverIsInIt() throws IOException {
    Logging.start(LogFormat.JSON, LogLevel.INFO, out);
    LoggerFactory.getLogger("t")
        .atError()
        .setCause(new IllegalStateException("two\nlines"))
        .addKeyValue("event_type", "push\r\n\"}{\"\u001b[31m")
        .addKeyValue("nothing", (Object) null)
        .addKeyValue("seconds", 1.5)
        .addKeyValue("known", true)
        .log("a\nb");

    var line = JsonMapper.builder().build().readTree(only());
    assertEquals("a\nb", line.get("message").asText());
    assertEquals("push\r\n\"}{\"\u001b[31m", line.get("event_type").asText());
    assertTrue(line.get("nothing").isNull());
    assertEquals(1.5, line.get("seconds").asDouble());
    assertTrue(line.get("known").isBoolean());
    assertTrue(line.get("stack_trace").asText().startsWith("java.lang.IllegalStateException: two"));
  }

  @Test
  void textIsOneLineWithThePairsBehind() {
    Logging.start(LogFormat.TEXT, LogLevel.INFO, out);
    LoggerFactory.getLogger("dev.hookline.Test")
        .atWarn()
        .addKeyValue("repository", "octo/widgets")
        .addKeyValue("error", "no such = thing")
        .log("Dispatch failed");

    String line = only();
    assertTrue(
        line.endsWith(
            " WARN  Test: Dispatch failed repository=octo/widgets error=\"no such = thing\""),
        line);
  }

  @Test
  void nothingFromOutsideMakesALineOrDrivesATerminal() {
    Logging.start(LogFormat.TEXT, LogLevel.INFO, out);
    LoggerFactory.getLogger("t")
        .atInfo()
        .addKeyValue("event_type", "push\r\n2026 ERROR forged\u001b[31m\u202e")
        .log("a\nb");

    String line = only();
    assertTrue(line.contains("a\\nb"), line);
    assertTrue(line.contains("push\\r\\n2026 ERROR forged\\u001b[31m\\u202e"), line);
  }

  @Test
  void whatLibrariesLogByTheJdkGoesTheSameWay() {
    Logging.start(LogFormat.TEXT, LogLevel.INFO, out);
    java.util.logging.Logger.getLogger("io.helidon.Thing").warning("from Helidon");
    java.util.logging.Logger.getLogger("io.helidon.Thing").info("chatter");

    assertTrue(only().contains("WARN  Thing: from Helidon"));
  }

  @Test
  void setUpAnewItLeavesTheStreamOpen() {
    Logging.start(LogFormat.TEXT, LogLevel.INFO, out);
    Logging.start(LogFormat.TEXT, LogLevel.ERROR, out);
    LoggerFactory.getLogger("t").warn("not now");
    LoggerFactory.getLogger("t").error("now");
    assertTrue(only().contains("ERROR t: now"));
  }

  @Test
  void aStackTraceFollowsIndented() {
    Logging.start(LogFormat.TEXT, LogLevel.INFO, out);
    LoggerFactory.getLogger("t").error("Broken", new IllegalStateException("two\nlines"));
    List<String> lines = text().lines().toList();
    assertTrue(lines.size() > 2, "has frames");
    assertFalse(lines.stream().skip(1).anyMatch(line -> !line.startsWith("    ")), text());
  }

  private String only() {
    List<String> lines = text().lines().toList();
    assertEquals(1, lines.size(), this::text);
    return lines.getFirst();
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
