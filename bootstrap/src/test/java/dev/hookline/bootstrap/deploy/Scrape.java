package dev.hookline.bootstrap.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.dispatch.DispatchMetrics.Result;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.metrics.SpanCounts;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a scrape shows.
 *
 * @param names of metrics, and {@code metric{label="value"}} for each label
 */
record Scrape(Set<String> names) {
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:webhook|outbox|hookline|process|jvm)_\\w+)(\\{[^}]*})?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)=~?\"([^\"]*)\"");

  /** Of a process that has seen everything. */
  static Scrape full() {
    var store = new FakeStore();
    var metrics = new PrometheusMetrics(new FakeRecords(store), store);
    for (String service : List.of("github", "slack", "linear")) {
      for (Status status : Status.values()) {
        metrics.received(new Service(service), status, Duration.ofMillis(20), Optional.empty());
      }
      metrics.secretMatched(new Service(service), 1);
      metrics.signed(new Service(service), Duration.ofMillis(200));
    }
    for (Result result : Result.values()) {
      metrics.dispatched("ci", result, Duration.ofMillis(3), Optional.empty());
    }
    metrics.available("ci", true);
    metrics.showSpans(() -> new SpanCounts(3, 2, 1));
    metrics.lag(Duration.ofSeconds(2));
    store.pause(new PauseScope(Optional.of(Samples.GITHUB), Optional.empty()));
    metrics.showMissingDeliveries(new NoneMissing(), Samples.GITHUB);
    return new Scrape(
        new String(metrics.scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .flatMap(line -> named(line).stream())
            .collect(Collectors.toSet()));
  }

  /** What an expression asks for, written like {@link #names}. */
  static Set<String> named(String expression) {
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
