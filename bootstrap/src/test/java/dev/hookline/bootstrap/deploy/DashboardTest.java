package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard shows what a scrape shows, all of it, and fits the provisioning and the alerts. */
class DashboardTest {
  private static final int COLUMNS = 24;

  /** Of the one table that every process looks at. */
  private static final Pattern SHARED =
      Pattern.compile(
          "(\\w+)(?: by \\([^)]*\\) ?)?\\((?:outbox_messages|outbox_oldest_pending_seconds"
              + "|outbox_paused|webhook_missing_deliveries)\\b");

  private static final Pattern ALERT = Pattern.compile("Hookline\\w+");

  @TempDir private Path folder = Path.of("");

  @Test
  void everyMetricAndLabelIsInAScrape() throws IOException {
    Set<String> shown = Scrape.full().names();
    for (String expression : expressions()) {
      for (String named : Scrape.named(expression)) {
        // Which job it belongs to is the scraper's knowledge.
        assertTrue(
            named.contains("{job=") || shown.contains(named), () -> expression + " names " + named);
      }
    }
  }

  @Test
  void everyMetricOfAScrapeThatIsOursIsShown() throws IOException {
    assertEquals(
        ours(Scrape.full().names().stream()),
        ours(expressions().stream().flatMap(expression -> Scrape.named(expression).stream())));
  }

  private static Set<String> ours(Stream<String> names) {
    return names
        .map(name -> name.replaceAll("\\{.*", "").replaceAll("_(?:bucket|count|sum)$", ""))
        .filter(name -> !name.startsWith("process_") && !name.startsWith("jvm_"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatAllProcessesShowAlikeIsNeverSummed() throws IOException {
    int seen = 0;
    for (String expression : expressions()) {
      for (MatchResult use : SHARED.matcher(expression).results().toList()) {
        assertEquals("max", use.group(1), expression);
        seen++;
      }
      // None that the pattern above does not see.
      assertEquals(
          Scrape.named(expression).stream().filter(DashboardTest::isShared).count() > 0,
          SHARED.matcher(expression).find(),
          expression);
    }
    assertTrue(seen > 5, "only " + seen + " were found");
  }

  private static boolean isShared(String name) {
    return Set.of(
            "outbox_messages",
            "outbox_oldest_pending_seconds",
            "outbox_paused",
            "webhook_missing_deliveries")
        .contains(name);
  }

  @Test
  void everyPanelHasAPlaceAnIdAndTheChosenSource() throws IOException {
    var ids = new HashSet<Integer>();
    var taken = new HashSet<String>();
    for (JsonNode panel : panels()) {
      String title = panel.path("title").asText();
      assertFalse(title.isBlank());
      assertTrue(ids.add(panel.path("id").asInt()), title);
      JsonNode place = panel.path("gridPos");
      for (int x = 0; x < place.path("w").asInt(); x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          int column = place.path("x").asInt() + x;
          assertTrue(column < COLUMNS, title);
          assertTrue(taken.add(column + " " + (place.path("y").asInt() + y)), title);
        }
      }
      if (!panel.path("type").asText().equals("row")) {
        assertEquals("${datasource}", panel.path("datasource").path("uid").asText(), title);
        assertFalse(panel.path("targets").isEmpty(), title);
        assertFalse(panel.path("fieldConfig").path("defaults").path("unit").asText().isBlank());
      }
    }
  }

  @Test
  void everyAlertIsNamedAtThePanelThatShowsItsCause() throws IOException {
    Set<String> named =
        panels().stream()
            .flatMap(panel -> ALERT.matcher(panel.path("description").asText()).results())
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    var alerts = new TreeSet<String>();
    JsonNode rules = DeployFile.of("prometheus", "hookline.rules.yml").document();
    for (JsonNode rule : rules.path("groups").path(0).path("rules")) {
      alerts.add(rule.path("alert").asText());
    }
    assertEquals(alerts, named);
  }

  @Test
  void theProvisioningFindsIt() throws IOException {
    JsonNode compose = DeployFile.of("compose", "compose.yaml").document();
    String mounted =
        DeployFile.of("grafana", "provisioning", "dashboards", "hookline.yaml")
            .document()
            .path("providers")
            .path(0)
            .path("options")
            .path("path")
            .asText();
    var mounts = new HashSet<String>();
    compose.path("services").path("grafana").path("volumes").forEach(m -> mounts.add(m.asText()));
    assertTrue(mounts.contains("../grafana/dashboards:" + mounted + ":ro"), mounts::toString);
    JsonNode source =
        DeployFile.of("grafana", "provisioning", "datasources", "prometheus.yaml")
            .document()
            .path("datasources")
            .path(0);
    assertEquals("http://prometheus:9090", source.path("url").asText());
  }

  /** What stands for a chosen value is filled in, and Prometheus' own tool reads the rest. */
  @Test
  void prometheusUnderstandsEveryExpression() throws Exception {
    var program = InstalledProgram.named("promtool");
    var rules = new ArrayList<Map<String, String>>();
    for (String expression : expressions()) {
      rules.add(
          Map.of(
              "record",
              "dashboard:" + rules.size(),
              "expr",
              expression.replace("$__rate_interval", "1m")));
    }
    Path file = folder.resolve("dashboard.rules.yml");
    // JSON is YAML.
    new ObjectMapper()
        .writeValue(
            file.toFile(), Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules))));
    program.accepts(folder, "check", "rules", file.getFileName().toString());
  }

  private static List<JsonNode> panels() throws IOException {
    var panels = new ArrayList<JsonNode>();
    dashboard().path("panels").forEach(panels::add);
    assertTrue(panels.size() > 20, "only " + panels.size() + " panels were found");
    return panels;
  }

  private static List<String> expressions() throws IOException {
    var expressions = new ArrayList<String>();
    for (JsonNode panel : panels()) {
      for (JsonNode target : panel.path("targets")) {
        expressions.add(target.path("expr").asText().replace("$service", "github|slack|linear"));
      }
    }
    return expressions;
  }

  private static JsonNode dashboard() throws IOException {
    return DeployFile.of("grafana", "dashboards", "hookline.json").json();
  }
}
