package dev.hookline.bootstrap.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.application.dispatch.DispatchMetrics.Result;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The alerts name what a scrape shows, and the README names the alerts. */
class AlertsTest {
  private static final Path SHIPPED = Path.of("deploy", "prometheus");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:webhook|outbox|hookline)_\\w+)(\\{[^}]*})?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)=~?\"([^\"]*)\"");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`Hookline\\w+` \\| (?:critical|warning)) \\| \\S.+ \\|$");

  private record Alert(String name, String expression, String severity, JsonNode annotations) {}

  @Test
  void everyMetricAndLabelIsInAScrape() throws IOException {
    Set<String> shown = shown(scrape());
    int seen = 0;
    for (Alert alert : alerts()) {
      for (String named : named(alert.expression())) {
        assertTrue(shown.contains(named), () -> alert.name() + " names " + named);
        seen++;
      }
    }
    assertTrue(seen > 30, "only " + seen + " names were found");
  }

  @Test
  void theReadmeHasTheSameAlerts() throws IOException {
    String written =
        ROW.matcher(readme()).results().map(row -> row.group(1)).collect(Collectors.joining("\n"));
    String shipped =
        alerts().stream()
            .map(alert -> "`%s` | %s".formatted(alert.name(), alert.severity()))
            .collect(Collectors.joining("\n"));
    assertEquals(shipped, written);
  }

  @Test
  void everyAlertSaysWhatToDoAndWhereToRead() throws IOException {
    String readme = readme();
    for (Alert alert : alerts()) {
      for (String text : List.of("summary", "action", "readme")) {
        assertFalse(alert.annotations().path(text).asText().isBlank(), alert.name());
      }
      String section = alert.annotations().path("readme").asText();
      assertTrue(
          Pattern.compile("(?m)^###? " + Pattern.quote(section) + "$").matcher(readme).find(),
          () -> alert.name() + " points to " + section);
    }
  }

  @Test
  void theAlertsFireWhenTheyShould() throws Exception {
    var promtool =
        Arrays.stream(System.getenv("PATH").split(":", -1))
            .map(directory -> Path.of(directory, "promtool"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(promtool.isPresent(), "promtool is not installed");
    Process test =
        new ProcessBuilder(
                promtool.get().toString(),
                "test",
                "rules",
                "hookline.rules.test.yml",
                "hookline.week.test.yml")
            .directory(SHIPPED.toFile())
            .inheritIO()
            .start();
    assertEquals(0, test.waitFor());
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("..", "README.md"));
  }

  private static List<Alert> alerts() throws IOException {
    Object tree =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(SHIPPED.resolve("hookline.rules.yml")));
    JsonNode rules = new ObjectMapper().valueToTree(tree);
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

  /** Names of metrics, and {@code metric{label="value"}} for each label that is asked for. */
  private static Set<String> named(String expression) {
    var named = new HashSet<String>();
    for (MatchResult metric : METRIC.matcher(expression).results().toList()) {
      named.add(metric.group(1));
      String labels = Optional.ofNullable(metric.group(2)).orElse("");
      for (MatchResult label : MATCHER.matcher(labels).results().toList()) {
        for (String value : label.group(2).split("\\|", -1)) {
          named.add("%s{%s=\"%s\"}".formatted(metric.group(1), label.group(1), value));
        }
      }
    }
    return named;
  }

  private static Set<String> shown(String scrape) {
    return scrape
        .lines()
        .filter(line -> !line.startsWith("#"))
        .flatMap(line -> named(line).stream())
        .collect(Collectors.toSet());
  }

  /** What a process shows that has seen everything. */
  private static String scrape() {
    var store = new FakeStore();
    var metrics = new PrometheusMetrics(new FakeRecords(store), store);
    for (String service : List.of("github", "slack", "linear")) {
      for (Status status : Status.values()) {
        metrics.received(new Service(service), status, Duration.ofMillis(20), Optional.empty());
      }
    }
    for (Result result : Result.values()) {
      metrics.dispatched("ci", result, Duration.ofMillis(3), Optional.empty());
    }
    metrics.available("ci", true);
    metrics.lag(Duration.ofSeconds(2));
    store.pause(new PauseScope(Optional.of(Samples.GITHUB), Optional.empty()));
    metrics.showMissingDeliveries(new NoneMissing(), Samples.GITHUB);
    return new String(metrics.scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8);
  }

  private static final class NoneMissing implements ScheduledReconciliations {
    @Override
    public boolean begin(Service service, Duration interval) {
      throw new UnsupportedOperationException("a scrape takes no turn");
    }

    @Override
    public void found(Service service, OptionalInt missing) {
      throw new UnsupportedOperationException("a scrape finds nothing");
    }

    @Override
    public OptionalInt lastMissing(Service service) {
      return OptionalInt.of(0);
    }
  }
}
