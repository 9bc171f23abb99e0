package dev.hookline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code load} against the whole system, found in the folder in which it runs. */
class LoadEndToEndIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;
  private HooklineProcess up;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("hookline.yaml"),
        """
        hookline:
          http: {port: 0}
          admin: {port: 0}
          services:
            github: {rate-limit: "100000:100000"}
            slack:
              rate-limit: "100000:100000"
              repositories: [{match: {}, repository: octo/slack}]
            linear:
              rate-limit: "100000:100000"
              repositories: [{match: {}, repository: octo/linear}]
        """);
    up = HooklineProcess.start(folder, Map.of(), "up").readingOutput();
    up.port("intake");
    up.port("admin");
  }

  @AfterEach
  void stop() {
    up.close();
  }

  private JsonNode load(String... more) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("load", "--json", "--rate", "200", "--warmup", "1s"));
    command.addAll(List.of("--duration", "3s", "--connections", "16", "--size", "4000"));
    command.addAll(List.of(more));
    try (var load =
        HooklineProcess.start(folder, Map.of(), command.toArray(String[]::new)).readingOutput()) {
      JsonNode report = load.output(line -> line.has("accepted"), PATIENCE);
      assertEquals(0, load.exitCode(), report::toString);
      return report;
    }
  }

  @Test
  void nothingIsLostDoubledMisorderedOrForged() throws Exception {
    for (String service : List.of("github", "slack", "linear")) {
      var line =
          new ArrayList<>(List.of("--service", service, "--duplicates", "10%", "--tampered", "5%"));
      line.addAll(List.of("--repositories", "20"));
      if (!service.equals("github")) {
        line.addAll(List.of("--stale", "5%"));
      }
      JsonNode report = load(line.toArray(String[]::new));
      assertTrue(report.path("accepted").asLong() > 0, report::toString);
      assertTrue(report.at("/statuses/401").asLong() > 0, report::toString);
      for (String fault : List.of("lost", "doubled", "misordered", "forged", "undispatched")) {
        assertEquals(0, report.path(fault).asLong(-1), report::toString);
      }
    }
  }
}
