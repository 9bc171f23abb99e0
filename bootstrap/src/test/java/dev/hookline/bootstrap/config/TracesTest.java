package dev.hookline.bootstrap.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.config.Settings.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracesTest {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
  private static final String URL = "http://collector:4318";

  @TempDir private Path folder;

  private static boolean on(Map<String, String> environment) {
    return Traces.of(environment).on();
  }

  private static List<String> problems(Map<String, String> environment) {
    return Traces.of(environment).problems();
  }

  @Test
  void areOffUntilACollectorIsNamed() {
    assertFalse(on(Map.of()));
    assertFalse(on(Map.of(ENDPOINT, "", "OTEL_SERVICE_NAME", "hooks")));
    assertTrue(on(Map.of(ENDPOINT, URL)));
    assertTrue(on(Map.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", URL)));
    assertTrue(on(Map.of("OTEL_TRACES_EXPORTER", "otlp")));
  }

  @Test
  void areOffWhenTheyAreSwitchedOff() {
    assertFalse(on(Map.of(ENDPOINT, URL, "OTEL_TRACES_EXPORTER", "none")));
    assertFalse(on(Map.of(ENDPOINT, URL, "OTEL_SDK_DISABLED", "TRUE")));
    assertTrue(on(Map.of(ENDPOINT, URL, "OTEL_SDK_DISABLED", "yes")));
  }

  @Test
  void whatIsNotToBeHadIsAProblem() {
    assertEquals(List.of(), problems(Map.of(ENDPOINT, URL, "OTEL_TRACES_EXPORTER", "none")));
    assertEquals(
        List.of(), problems(Map.of(ENDPOINT, URL, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")));
    assertEquals(List.of(), problems(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")));
    assertEquals(
        List.of("OTEL_TRACES_EXPORTER: otlp or none, not \"zipkin\""),
        problems(Map.of("OTEL_TRACES_EXPORTER", "zipkin")));
    assertEquals(
        List.of(
            "OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf is spoken here (a collector's port"
                + " 4318), not \"grpc\""),
        problems(Map.of(ENDPOINT, URL, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")));
  }

  @Test
  void aProblemKeepsWhatRunsForLongFromStartingAndNoOtherCommand() {
    assertEquals(1, load(Role.TOOL).settings().traces().problems().size());
    var refused = assertThrows(InvalidSettingsException.class, () -> load(Role.SERVE));
    assertEquals(List.of("OTEL_TRACES_EXPORTER: otlp or none, not \"zipkin\""), refused.problems());
  }

  private Configuration load(Role role) {
    return Configuration.load(
        new Configuration.Sources(
            folder, Optional.empty(), Map.of("OTEL_TRACES_EXPORTER", "zipkin"), System::nanoTime),
        role,
        TestProfiles.THREE);
  }

  @Test
  void valuesMayBeSecretAndAreNotShown() {
    var traces = Traces.of(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hush"));
    assertFalse(traces.toString().contains("hush"), traces::toString);
  }
}
