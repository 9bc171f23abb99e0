package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The alerts name what a scrape shows, and the page on operations names the alerts. */
class AlertsTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`Hookline\\w+` \\| (?:critical|warning)) \\| \\S.+ \\|$");

  private record Alert(String name, String expression, String severity, JsonNode annotations) {}

  @Test
  void everyMetricAndLabelIsInAScrape() throws IOException {
    Set<String> shown = Scrape.full().names();
    int seen = 0;
    for (Alert alert : alerts()) {
      for (String named : Scrape.named(alert.expression())) {
        assertTrue(shown.contains(named), () -> alert.name() + " names " + named);
        seen++;
      }
    }
    assertTrue(seen > 30, "only " + seen + " names were found");
  }

  @Test
  void thePageHasTheSameAlerts() throws IOException {
    String written =
        ROW.matcher(page()).results().map(row -> row.group(1)).collect(Collectors.joining("\n"));
    String shipped =
        alerts().stream()
            .map(alert -> "`%s` | %s".formatted(alert.name(), alert.severity()))
            .collect(Collectors.joining("\n"));
    assertEquals(shipped, written);
  }

  @Test
  void theFirstTableOfThePageHasEveryAlert() throws IOException {
    String page = page();
    String table = page.substring(0, page.indexOf("\n## Processes"));
    for (Alert alert : alerts()) {
      assertTrue(table.contains("`" + alert.name() + "`"), alert.name());
    }
  }

  @Test
  void everyAlertSaysWhatToDoAndWhereToRead() throws IOException {
    String page = page();
    for (Alert alert : alerts()) {
      for (String text : List.of("summary", "action", "operations")) {
        assertFalse(alert.annotations().path(text).asText().isBlank(), alert.name());
      }
      String section = alert.annotations().path("operations").asText();
      assertTrue(
          Pattern.compile("(?m)^###? " + Pattern.quote(section) + "$").matcher(page).find(),
          () -> alert.name() + " points to " + section);
    }
  }

  @Test
  void theAlertsFireWhenTheyShould() throws Exception {
    InstalledProgram.named("promtool")
        .accepts(
            DeployFile.FOLDER.resolve("prometheus"),
            "test",
            "rules",
            "hookline.rules.test.yml",
            "hookline.week.test.yml");
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("docs", "operations.md"));
  }

  private static List<Alert> alerts() throws IOException {
    JsonNode rules = DeployFile.of("prometheus", "hookline.rules.yml").document();
    var alerts = new ArrayList<Alert>();
    for (JsonNode rule : rules.path("groups").path(0).path("rules")) {
      alerts.add(
          new Alert(
              rule.path("alert").asText(),
              rule.path("expr").asText(),
              rule.path("labels").path("severity").asText(),
              rule.path("annotations")));
    }
    return alerts;
  }
}
