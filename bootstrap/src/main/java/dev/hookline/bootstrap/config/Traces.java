package dev.hookline.bootstrap.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where traces go, by OpenTelemetry's own environment variables: what a platform sets for all its
 * processes is right for this one, too. Off unless they name a collector.
 *
 * @param variables those of the environment that begin with {@code OTEL_}, without empty ones; some
 *     hold secrets
 */
public record Traces(Map<String, String> variables) {
  private static final String OWN = "OTEL_";
  private static final String EXPORTER = "OTEL_TRACES_EXPORTER";
  private static final String OTLP = "otlp";
  private static final String PROTOCOL = "http/protobuf";

  public Traces {
    variables = Map.copyOf(variables);
  }

  static Traces of(Map<String, String> environment) {
    var variables = new TreeMap<>(environment);
    variables.entrySet().removeIf(v -> !v.getKey().startsWith(OWN) || v.getValue().isBlank());
    return new Traces(variables);
  }

  /** Whether spans are recorded and exported. */
  public boolean on() {
    if (variables.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")) {
      return false;
    }
    String exporter = variables.get(EXPORTER);
    return exporter == null
        ? variables.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
            || variables.containsKey("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        : exporter.equals(OTLP);
  }

  /** What they ask for and is not to be had, one line each; what else is wrong, the start says. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    String exporter = variables.getOrDefault(EXPORTER, OTLP);
    if (!exporter.equals(OTLP) && !exporter.equals("none")) {
      problems.add("%s: otlp or none, not \"%s\"".formatted(EXPORTER, exporter));
    }
    if (on()) {
      for (String of : List.of("TRACES_", "")) {
        String name = "OTEL_EXPORTER_OTLP_" + of + "PROTOCOL";
        String protocol = variables.getOrDefault(name, PROTOCOL).toLowerCase(Locale.ROOT);
        if (!protocol.equals(PROTOCOL)) {
          problems.add(
              "%s: only http/protobuf is spoken here (a collector's port 4318), not \"%s\""
                  .formatted(name, protocol));
        }
      }
    }
    return problems;
  }

  /** The names alone: values may be secret. */
  @Override
  public String toString() {
    return variables.keySet().toString();
  }
}
